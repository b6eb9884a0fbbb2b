"""update-db where the surroundings are not as they should be: disk, clock, terminal; and hooks after an update."""

from __future__ import annotations

import ast
import json
import os
import pty
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from ..cli.running import MODULES, failed, passed, project, words
from ..trust.files import BUNDLED_AT, signed, small
from .conftest import K1, NEWER, User

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("blocks", [0, 1])
def test_a_full_disk(user: User, blocks: int) -> None:
    """No file may grow beyond that many blocks, of 512 or 1,024 bytes: the system refuses the write itself."""
    passed(user.update())
    before = {path.name: path.read_bytes() for path in user.store.iterdir()}
    path = user.data / "new.json"
    path.write_bytes(signed(small(NEWER + HOUR, note="x" * 3000), K1))
    script = f'ulimit -f {blocks} && exec "$0" -m llmcost_hooks update-db --file "$1"'
    env = {**os.environ, "PYTHONPATH": MODULES, "XDG_DATA_HOME": str(user.data)}
    command = ["sh", "-c", script, sys.executable, str(path)]
    done = subprocess.run(command, env=env, cwd=user.data, capture_output=True, text=True, check=False)
    assert done.returncode == 4, done
    assert done.stderr.startswith(
        f"llm-cost: Cannot write {user.store}: File too large. Installed prices are unchanged."
    )
    assert {path.name: path.read_bytes() for path in user.store.iterdir()} == before
    passed(user.run("update-db", "--file", str(path)))


@pytest.mark.parametrize("moment", ["0", "2208988800"])
def test_a_clock_that_is_wrong(user: User, moment: str) -> None:
    """At 1970 time is not before what has been seen; in 2040 these prices are far too old."""
    passed(user.update())
    value = small(NEWER + HOUR)
    models = json.dumps(value["models"]).replace('"input": "2.5"', '"input": "2"')
    user.publisher.offer(signed({**value, "models": json.loads(models)}, K1))
    before = user.installed()
    # The certificate is judged by the system's own clock, which no test moves.
    ran = user.update(PINNED_TIME=moment)
    if moment == "0":
        assert "✓ Updated 2 models (2 price changes detected)" in passed(ran).out
        assert "gpt-4o       $2.50 → $2.00/M tokens (-20%)" in ran.out
    else:
        failed(ran, 4, "Pricing data too old (expired: 2027-01-11, ", "--force-stale (not recommended)")
        assert user.installed() == before


def test_new_and_gone_models_are_counted(user: User) -> None:
    passed(user.update())
    value = small(NEWER + HOUR)
    value["models"]["gpt-5"] = value["models"].pop("gpt-4o-mini")
    user.publisher.offer(signed(value, K1))
    out = passed(user.update()).out
    assert "✓ Updated 2 models (0 price changes detected)\n  1 new\n  1 gone\n" in out


def test_a_prompt_whose_model_is_gone(user: User, tmp_path: Path) -> None:
    """And whose text was counted by another tokenizer than that of models that nobody knows."""
    repo = project(tmp_path / "project")
    value = small(NEWER)
    value["models"]["gpt-4o-mini"] = {**value["models"]["gpt-4o-mini"], "tokenizer": "cl100k_base"}
    user.publisher.offer(signed(value, K1))
    passed(user.update())
    value = small(NEWER + HOUR)
    del value["models"]["gpt-4o-mini"]
    user.publisher.offer(signed(value, K1))
    out = passed(user.run("update-db", "--url", f"{user.publisher.url}/prices.json", cwd=repo.path)).out
    assert out.endswith("Your prompts:\n  classify  has no price any more\n")


def test_progress_on_a_terminal_leaves_nothing_behind(user: User) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "llmcost_hooks", "update-db", "--url", f"{user.publisher.url}/prices.json"]
    env = {**os.environ, "PYTHONPATH": MODULES, "XDG_DATA_HOME": str(user.data)}
    env["SSL_CERT_FILE"] = str(user.publisher.authority)
    done = subprocess.run(command, env=env, cwd=user.data, stdout=subprocess.PIPE, stderr=theirs, check=False)
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert done.returncode == 0
    steps = shown.split("\r")
    assert steps[0] == steps[-1] == "" and steps[-2] == " " * 30
    assert any(step.rstrip().endswith(" KiB") for step in steps)
    assert "KiB" not in done.stdout.decode()


def test_nothing_is_shown_of_progress_without_a_terminal(user: User) -> None:
    assert passed(user.update()).err == ""


HOOK = """
import sys
from llmcost_hooks.hooks.pre_commit import main
code = main([])
print(repr((code, sorted({"http", "urllib.request", "minisign", "cryptography", "_hashlib", "hashlib",
    "llmcost_hooks.fetch", "llmcost_hooks.prices.trust", "llmcost_hooks.prices.signing"} & set(sys.modules)))))
"""


def test_a_hook_reads_what_was_installed_without_network_or_crypto(user: User, tmp_path: Path) -> None:
    passed(user.update())
    repo = project(tmp_path / "project")
    repo.stage("prompts/search.md", words(500))
    paths = [MODULES, *(path for path in sys.path if path.endswith("-packages"))]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "XDG_DATA_HOME": str(user.data)}
    command = [sys.executable, "-S", "-s", "-c", HOOK]
    done = subprocess.run(command, cwd=repo.path, env=env, capture_output=True, text=True, check=False)
    assert ast.literal_eval(done.stdout.splitlines()[-1]) == (0, []), done
    # Fail closed, and say the way out: a file that is not what was verified is no reason to use another one.
    (user.store / "prices.json").write_bytes((user.installed() or b"").replace(b'"2.5"', b'"0.5"'))
    done = subprocess.run(command, cwd=repo.path, env=env, capture_output=True, text=True, check=False)
    code, loaded = ast.literal_eval(done.stdout.splitlines()[-1])
    assert code == 4 and "llmcost_hooks.prices.trust" in loaded and "llmcost_hooks.fetch" not in loaded
    assert "The installed price file cannot be used: Signature does not match" in done.stderr
    assert "llm-cost update-db" in done.stderr


def test_nothing_in_a_repository_names_a_key_or_an_address(user: User, tmp_path: Path) -> None:
    """Neither the manifest, nor git's configuration, nor a directory that looks like the store."""
    repo = project(tmp_path / "project")
    for text in ('[prices]\nurl = "https://localhost/"\n', '[trust]\nkeys = ["RW"]\n', "[prices]\nkeys = []\n"):
        repo.write("llm-cost.toml", f"version = 1\n{text}")
        failed(user.run("estimate", cwd=repo.path), 2, "llm-cost.toml:")
    repo.git("config", "llmcost.url", "http://localhost/")
    (repo.path / "llm-cost").mkdir()
    (repo.path / "llm-cost" / "prices.json").write_bytes(signed(small(BUNDLED_AT + HOUR), K1))
    repo.write("llm-cost.toml", "version = 1\n")
    assert "bundled prices" in passed(user.run("--version", cwd=repo.path)).out
    assert "bundled prices" in passed(user.run("--version", cwd=repo.path, XDG_DATA_HOME=".")).out
