"""`llm-cost update-db` against a real server: what it prints, what it installs, and every way in which it fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from llmcost_hooks import pricestore
from llmcost_hooks.data import open_data
from llmcost_hooks.prices.signing import ROTATION

from ..cli.running import MODULES, failed, passed, project
from ..trust.files import BUNDLED_AT, key, revocation, rotation, signed, small
from .conftest import K1, NEWER, Publisher, User

THIEF, NEXT = key("thief"), key("next")


def cheaper() -> bytes:
    """Newer still: gpt-4o's input at 2 instead of 2.5."""
    value = small(NEWER + timedelta(hours=1))
    text = json.dumps(value["models"]["gpt-4o"]).replace('"input": "2.5"', '"input": "2"')
    value["models"]["gpt-4o"] = json.loads(text)
    return signed(value, K1)


def test_what_a_person_sees(user: User) -> None:
    out = passed(user.update()).out
    assert out.splitlines()[:2] == [
        f"Fetching from {user.publisher.url}/prices.json...", "✓ Signature verified (minisign)",
    ]  # fmt: skip
    assert "✓ Updated " in out and " models (" in out and "price change" in out
    assert (
        "bundled" not in passed(user.run("--version")).out
        and "installed prices of 2026-11-27" in passed(user.run("--version")).out
    )
    user.publisher.offer(cheaper())
    out = passed(user.update()).out
    assert "✓ Updated 1 model (1 price change detected)" in out
    assert "\nNotable changes:\n  gpt-4o  $2.50 → $2.00/M tokens (-20%)\n" in out
    again = passed(user.update()).out
    assert "✓ Prices of 2026-11-27 are installed already, valid until 2027-01-11" in again
    assert "Notable" not in again


def test_what_it_does_to_your_prompts(user: User, tmp_path: Path) -> None:
    repo = project(tmp_path / "project")
    passed(user.update())
    user.publisher.offer(cheaper())
    args = ("update-db", "--url", f"{user.publisher.url}/prices.json")
    out = passed(user.run(*args, cwd=repo.path)).out
    assert out.endswith("Your prompts:\n  search  -$0.20/month\n")


def test_a_repository_that_cannot_be_read_fails_no_update(user: User, tmp_path: Path) -> None:
    repo = project(tmp_path / "project")
    repo.write("llm-cost.toml", "version = 9\n")
    out = passed(user.run("update-db", "--url", f"{user.publisher.url}/prices.json", cwd=repo.path)).out
    assert "Your prompts were not compared: llm-cost.toml:1: version = 1 is required" in out
    assert user.installed() is not None


def test_commands_and_hooks_use_what_was_installed(user: User, tmp_path: Path) -> None:
    repo = project(tmp_path / "project")
    passed(user.update())
    user.publisher.offer(cheaper())
    before = passed(user.run("estimate", cwd=repo.path)).out
    passed(user.update())
    after = passed(user.run("estimate", cwd=repo.path)).out
    assert "$1.50" in before and "$1.30" in after and "prices of 2026-11-27" in after


def test_check_installs_nothing(user: User) -> None:
    out = passed(user.update("prices.json", "--check")).out
    assert "✓ Would update " in out
    assert user.installed() is None


def test_a_file_instead_of_a_server(user: User, tmp_path: Path) -> None:
    path = tmp_path / "new.json"
    path.write_bytes(signed(small(NEWER), K1))
    out = passed(user.run("update-db", "--file", str(path))).out
    assert "Fetching" not in out and "✓ Signature verified (minisign)" in out
    assert user.installed() == path.read_bytes()
    assert "installed already" in passed(user.run("prices", "verify", str(path))).out


def test_quiet_and_another_address_from_the_environment(user: User) -> None:
    ran = passed(user.run("-q", "update-db", LLM_COST_PRICES_URL=f"{user.publisher.url}/redirect-once"))
    assert (ran.out, ran.err) == ("", "")
    assert user.installed() is not None


def test_a_bundled_file_that_is_newer_is_used(user: User) -> None:
    passed(user.update())
    old = signed(small(BUNDLED_AT - timedelta(days=3)), K1)
    (user.store / "prices.json").write_bytes(old)
    (user.store / "trust.json").unlink()
    user.trust(K1)
    assert "bundled prices of" in passed(user.run("--version")).out


# --- the network --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("redirect-http", "Refused: localhost redirected to an insecure address."),
        ("redirect-file", "Refused: localhost redirected to an insecure address."),
        ("redirect-data", "Refused: localhost redirected to an insecure address."),
        ("redirect-loop", "Could not fetch prices from localhost: more than 3 redirects."),
        ("redirect-nowhere", "Could not fetch prices from localhost: a redirect leads nowhere."),
        ("missing", "Could not fetch prices from localhost: the server answered 404. Installed prices are unchanged."),
        ("gzip", "Could not fetch prices from localhost: the answer is compressed"),
        ("large", "Price file is larger than 8 MiB."),
        ("endless", "Price file is larger than 8 MiB."),
        ("short", "Could not fetch prices from localhost: the answer"),
        ("garbage", "Could not fetch prices from localhost: the answer is not HTTP"),
        ("page", "Price file is not signed (no signature block)."),
    ],
)
def test_an_answer_that_is_refused(user: User, path: str, said: str) -> None:
    passed(user.update())
    before = user.installed()
    ran = failed(user.update(path), 4, said)
    assert user.installed() == before
    assert "\x1b" not in ran.out + ran.err


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://localhost/prices.json", "Refused: localhost is not an https address."),
        ("file:///etc/passwd", "Refused: the address is not an https address."),
        ("ftp://localhost/x", "Refused: localhost is not an https address."),
        ("", "Refused: the address is not an https address."),
        ("https://", "Could not fetch prices from there"),
        ("https://localhost:1/prices.json", "Could not fetch prices from localhost: connection refused."),
        ("https://nobody.invalid/prices.json", "Could not fetch prices from nobody.invalid:"),
        ("https://user:secret@localhost:1/", "Could not fetch prices from localhost:"),
        ("https://local\x1bhost/", "Could not fetch prices from"),
        ("https://localhost:99999/", "Could not fetch prices from localhost:"),
    ],
)
def test_an_address_that_is_refused(user: User, url: str, said: str) -> None:
    ran = failed(user.run("update-db", "--url", url), 4, said)
    assert user.installed() is None
    assert "\x1b" not in ran.out + ran.err and "secret" not in ran.err


def test_a_certificate_that_nobody_trusts(user: User, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    said = "Could not fetch prices from localhost: its certificate is not trusted"
    failed(user.update(SSL_CERT_FILE="/nonexistent"), 4, said)
    assert user.installed() is None


@pytest.mark.parametrize("path", ["drip", "drip-headers", "silent"])
def test_a_server_that_never_ends(user: User, path: str) -> None:
    """In a process of its own, with shorter patience than the ten and sixty seconds of the command."""
    code = (
        "import sys; from llmcost_hooks.fetch import fetch; from llmcost_hooks.errors import PricingError\n"
        "try: fetch(sys.argv[1], lambda *_: None, read_seconds=0.5, total_seconds=1)\n"
        "except PricingError as error: print(error.message)"
    )
    env = {**os.environ, "PYTHONPATH": MODULES, "SSL_CERT_FILE": str(user.publisher.authority)}
    command = [sys.executable, "-c", code, f"{user.publisher.url}/{path}"]
    out = subprocess.run(command, capture_output=True, text=True, check=True, env=env, timeout=20).stdout
    assert out == "Could not fetch prices from localhost: it took too long. Installed prices are unchanged.\n"


# --- the file -----------------------------------------------------------------------------------------------------

OFFERED = {
    "unsigned": (bytes(open_data("prices.json")), "Price file is not signed"),
    "wrong key": (signed(small(NEWER), THIEF), "Not signed by a key this version trusts (key id "),
    "tampered": (signed(small(NEWER), K1).replace(b'"2.5"', b'"0.5"'), "Signature does not match"),
    "other purpose": (signed(small(NEWER), K1, purpose=ROTATION), "Signature was made for another purpose."),
    "rollback": (signed(small(BUNDLED_AT - timedelta(days=1)), K1), "are older than installed ("),
    "equivocation": (signed(small(NEWER, note="x"), K1), "differ from installed under the same date"),
    "future": (signed(small(NEWER + timedelta(days=30)), K1), "Prices are dated in the future (2026-12-27)."),
    "version": (signed(small(NEWER, schema_version=2), K1), "Price file needs a newer llm-cost."),
    "schema": (signed(small(NEWER, currency="EUR"), K1), "the field currency is not"),
    "revoked": (signed(small(NEWER, revocations=[revocation(K1)]), K1), "Signed by revoked key "),
    "cut": (signed(small(NEWER), K1)[:-9], "Signature block is malformed."),
    "not JSON": (signed(b'{\n  "a": ,\n', K1), "Price file is not valid JSON"),
}


@pytest.mark.parametrize("name", OFFERED)
def test_a_file_that_is_refused(user: User, name: str) -> None:
    passed(user.update())
    before = user.installed()
    offered, said = OFFERED[name]
    user.publisher.offer(offered)
    failed(user.update(), 4, said)
    assert user.installed() == before
    failed(user.update("prices.json", "--check"), 4, said)
    path = user.data / "offered.json"
    path.write_bytes(offered)
    failed(user.run("update-db", "--file", str(path)), 4, said)
    failed(user.run("prices", "verify", str(path)), 4, said)
    assert user.installed() == before


def test_prices_that_are_too_old_can_be_forced(user: User) -> None:
    """For a machine that learned of newer ones late: the clock is beyond the file's grace."""
    late = {"PINNED_TIME": str((NEWER + timedelta(days=90)).timestamp())}
    failed(user.update(**late), 4, "Pricing data too old (expired: 2027-01-11,", "--force-stale")
    assert user.installed() is None
    passed(user.update("prices.json", "--force-stale", **late))


def test_without_a_key_nothing_is_accepted_and_that_is_said(user: User) -> None:
    user.trust()
    failed(user.update(), 4, "This build of llm-cost pins no publisher's key", "llm-cost prices trust RW...")


def test_a_key_that_changes_is_announced_and_can_be_accepted(user: User) -> None:
    until = NEWER + timedelta(days=90)
    user.publisher.offer(signed(small(NEWER, rotation=rotation(K1, NEXT, until)), K1))
    shown = NEXT.id[::-1].hex().upper()
    assert f"note: the signing key changes to {shown} on {until:%Y-%m-%d}: upgrade" in passed(user.update()).out
    out = passed(user.update("prices.json", "--accept-rotation")).out
    assert f"✓ The next signing key {shown} is trusted; the old one is refused from {until:%Y-%m-%d} on" in out
    user.publisher.offer(signed(small(NEWER + timedelta(hours=1)), NEXT))
    passed(user.update())


def test_another_update_that_runs(user: User) -> None:
    with pricestore._locked(str(user.store), 0.0):
        failed(user.update(), 4, "Another update is running.")
    assert user.installed() is None


@pytest.mark.parametrize("kind", ["missing", "directory", "fifo", "device", "large"])
def test_a_path_that_is_refused(user: User, kind: str) -> None:
    path = user.data / "offered"
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "large":
        path.write_bytes(b"x" * (8 * 1024 * 1024 + 1))
    said = {"missing": "no such file", "large": "larger than 8 MiB"}.get(kind, "not a regular file")
    given = "/dev/null" if kind == "device" else str(path)
    for command in (("update-db", "--file", given), ("prices", "verify", given)):
        failed(user.run(*command), 4, said)


def test_a_store_that_cannot_be_written(user: User, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    path = tmp_path / "new.json"
    path.write_bytes(signed(small(NEWER), K1))
    failed(user.run("update-db", "--file", str(path), XDG_DATA_HOME=str(tmp_path / "taken")), 4, "Not a directory")


def test_arguments_that_contradict_each_other(user: User) -> None:
    failed(user.run("update-db", "--url", "https://a", "--file", "b"), 2, "--url and --file are both given")
    failed(user.run("update-db", "--check", "--accept-rotation"), 2, "--check and --accept-rotation")


def test_beginning_anew(user: User) -> None:
    passed(user.update())
    failed(user.run("update-db", "--reset-trust"), 2, "There is no terminal to ask on", "--reset-trust --yes")
    assert user.installed() is not None
    out = passed(user.run("update-db", "--reset-trust", "--yes")).out
    assert out.startswith("This forgets 1 trusted keys, 0 revocations, the installed prices")
    assert user.installed() is None
    assert "bundled" in passed(user.run("--version")).out


# --- keys ---------------------------------------------------------------------------------------------------------


def test_trusting_a_key(user: User, publisher: Publisher) -> None:
    user.trust()
    shown = K1.id[::-1].hex().upper()
    failed(user.run("prices", "trust", K1.text), 2, "There is no terminal to ask on", "prices trust --yes KEY")
    failed(user.run("prices", "trust"), 2, "KEY is missing")
    assert passed(user.run("prices", "trust", "--list")).out == "This build pins no publisher's key.\n"
    out = passed(user.run("prices", "trust", "--yes", K1.text)).out
    assert out == f"Key id {shown}\n    {K1.text}\n✓ Key {shown} is trusted on this machine\n"
    assert f"{shown}  trusted by you\n    {K1.text}\n" in passed(user.run("prices", "trust", "--list")).out
    passed(user.update())
    passed(user.run("prices", "trust", "--remove", K1.text))
    failed(user.run("prices", "trust", "--remove", K1.text), 2, f"Key {shown} is not trusted here")
    failed(user.run("--version"), 4, "The installed price file cannot be used", "llm-cost update-db --reset-trust")
    user.publisher.offer(cheaper())
    failed(user.update(), 4, "pins no publisher's key")


@pytest.mark.parametrize("text", ["RWQ", "", "x" * 56, K1.text[:-1], K1.text + " ", "RW" + "A" * 54])
def test_what_is_no_key(user: User, text: str) -> None:
    failed(user.run("prices", "trust", "--yes", text), 2, "The key is")


def test_a_revoked_key_is_not_trusted_again(user: User) -> None:
    user.publisher.offer(signed(small(NEWER, revocations=[revocation(K1)]), K1))
    failed(user.update(), 4, "Signed by revoked key")
    failed(user.run("prices", "trust", "--yes", K1.text), 4, "is revoked (exposed)")
    assert "REVOKED" in passed(user.run("prices", "trust", "--list")).out


# --- two files ----------------------------------------------------------------------------------------------------


def test_what_one_file_changes_in_another(user: User) -> None:
    old, new = user.data / "old.json", user.data / "new.json"
    old.write_bytes(signed(small(NEWER), K1))
    new.write_bytes(cheaper())
    out = passed(user.run("prices", "diff", str(old), str(new))).out
    assert out.startswith("Prices of 2026-11-27 → 2026-11-27: 1 price changed\n")
    assert "gpt-4o   input    $2.5     $2      -20%" in out
    found = json.loads(passed(user.run("prices", "diff", str(old), str(new), "--format", "json")).out)
    assert found["changed"] == [
        {"model": "gpt-4o", "region": None, "variant": "standard", "rate": "input", "old": "2.5", "new": "2"}
    ]
    assert passed(user.run("prices", "diff", "bundled", "installed")).out.startswith("Prices of")
    failed(user.run("prices", "diff", str(old), "nothing"), 4, "Cannot read nothing")
    bad = user.data / "bad.json"
    bad.write_text("{}")
    failed(user.run("prices", "diff", str(old), str(bad)), 4, "bad.json: Price file is not signed")
