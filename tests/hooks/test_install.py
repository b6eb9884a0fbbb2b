"""`llm-cost install`, and what its scripts do under the real git."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from shlex import quote
from typing import NamedTuple

import pytest
import yaml

from llmcost_hooks import __version__
from llmcost_hooks.hook_managers import MANAGERS
from llmcost_hooks.hook_scripts import DEFAULT, PROGRAMS, TRAILER, is_ours

from ..cli.running import MODULES, ROOT, Ran, failed, listing, llm_cost, passed, project, words
from ..repos import Ended, Repo
from .programs import environment, ran, write_programs

SEARCH = "prompts/search.md"
DEAR = words(9000)
OVER = "Exit code: 1 (BUDGET_EXCEEDED)"


class Place(NamedTuple):
    """A repository, and where our programs are."""

    repo: Repo
    programs: Path

    def env(self, **more: str) -> dict[str, str]:
        return {**environment(self.programs), **more}

    def llm_cost(self, *args: str, cwd: Path | None = None, **more: str) -> Ran:
        """The installed program, found on PATH."""
        done = subprocess.run(
            ["llm-cost", *args], cwd=cwd or self.repo.path, env={**os.environ, **self.env(**more)},
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        ran(self.programs)
        return Ran(done.returncode, done.stdout, done.stderr)

    def git(self, *args: str, **more: str) -> Ended:
        return self.repo.run(*args, env=self.env(**more))

    def passes(self, *args: str, **more: str) -> str:
        code, out, err = self.git(*args, **more)
        assert code == 0, err + os.fsdecode(out)
        return err + os.fsdecode(out)

    def refused(self, said: str, *args: str, **more: str) -> None:
        before = self.repo.run("rev-parse", "HEAD").out
        code, out, err = self.git(*args, **more)
        text = err + os.fsdecode(out)
        assert code != 0 and said in text and "Traceback" not in text, text
        assert self.repo.run("rev-parse", "HEAD").out == before

    def hooks(self) -> Path:
        return self.repo.path / self.repo.git("rev-parse", "--git-path", "hooks")

    def foreign(self, name: str, script: str = "echo mine") -> Path:
        self.repo.hook(name, script)
        return self.hooks() / name


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Names with spaces and quotes all the way."""
    odd = tmp_path / 'it\'s a "place"'
    return Place(project(odd / "my repo"), write_programs(odd / "bin $x"))


@pytest.fixture
def installed(place: Place) -> Place:
    passed(place.llm_cost("install"))
    return place


# --- what is written ------------------------------------------------------------------------------------------------


def test_install_again_and_uninstall(place: Place) -> None:
    empty = listing(place.repo.path)
    planned = passed(place.llm_cost("install", "--dry-run"))
    assert planned.out.splitlines() == [f"would be .git/hooks/{hook}: runs {PROGRAMS[hook]}" for hook in DEFAULT]
    assert listing(place.repo.path) == empty
    done = passed(place.llm_cost("install"))
    assert done.out == planned.out.replace("would be", "✓")
    for hook in DEFAULT:
        path = place.hooks() / hook
        assert is_ours(path.read_bytes()) and path.stat().st_mode & 0o777 == 0o755
    assert sorted(path.name for path in place.hooks().iterdir()) == sorted(DEFAULT)
    before = listing(place.repo.path)
    assert passed(place.llm_cost("install")).out.count("as before") == len(DEFAULT)
    assert listing(place.repo.path) == before
    gone = passed(place.llm_cost("install", "--uninstall", "--dry-run"))
    assert gone.out.count("would be") == len(DEFAULT) and listing(place.repo.path) == before
    assert passed(place.llm_cost("install", "--uninstall")).out == gone.out.replace("would be", "✓")
    assert list(place.hooks().iterdir()) == []
    assert passed(place.llm_cost("install", "--uninstall")).out == "There is no hook of ours here.\n"


def test_the_trailer_stays_once_it_is_asked_for(installed: Place) -> None:
    assert TRAILER not in {path.name for path in installed.hooks().iterdir()}
    passed(installed.llm_cost("install", "--trailer"))
    assert TRAILER in passed(installed.llm_cost("install")).out
    passed(installed.llm_cost("install", "--uninstall"))
    assert list(installed.hooks().iterdir()) == []


def test_scripts_of_old_are_brought_up_to_date(place: Place) -> None:
    path = place.foreign("pre-commit", 'exec llm-cost-pre-commit "$@"')
    path.chmod(0o644)
    passed(place.llm_cost("install"))
    assert b"LLMCOST_SKIP" in path.read_bytes() and path.stat().st_mode & 0o777 == 0o755
    assert not (place.hooks() / "pre-commit.legacy").exists()


def test_no_configuration_is_touched(place: Place) -> None:
    def known() -> tuple[bytes, str]:
        return (place.repo.path / ".git" / "config").read_bytes(), place.repo.git("config", "--list", "--show-origin")

    before = known()
    for args in (("--trailer",), ("--uninstall",)):
        passed(place.llm_cost("install", *args))
        assert known() == before


def test_quiet_and_notes(place: Place) -> None:
    assert passed(place.llm_cost("--quiet", "install")) == (0, "", "")
    assert "There is no llm-cost.toml yet" not in place.llm_cost("install").out
    (place.repo.path / "llm-cost.toml").unlink()
    assert "To write one: llm-cost init" in passed(place.llm_cost("install")).out


def test_a_full_disk_leaves_what_was_there(place: Place) -> None:
    before = listing(place.foreign("pre-commit"))
    command = "ulimit -f 0; trap '' XFSZ; exec llm-cost install --chain"
    done = subprocess.run(
        ["sh", "-c", command], cwd=place.repo.path, env={**os.environ, **place.env()}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2 and "File too large. That hook is what it was." in done.stderr, done.stderr
    assert listing(*place.hooks().iterdir()) == before


# --- where it is refused --------------------------------------------------------------------------------------------


def test_outside_and_in_bare_repositories(place: Place, tmp_path: Path) -> None:
    failed(place.llm_cost("install", cwd=tmp_path), 2, "is not inside a git repository")
    bare = Repo.init(tmp_path / "bare.git", "--bare")
    failed(place.llm_cost("install", cwd=bare.path), 2, "bare repository")
    assert not list((bare.path / "hooks").glob("*")) if (bare.path / "hooks").exists() else True


@pytest.mark.parametrize(
    "options", ["--uninstall --chain", "--uninstall --trailer", "--man --chain", "--man x --dry-run"]
)
def test_options_that_contradict(place: Place, options: str) -> None:
    before = listing(place.repo.path)
    failed(place.llm_cost("install", *options.split()), 2)
    assert listing(place.repo.path) == before


def test_a_foreign_hook_is_never_overwritten(place: Place) -> None:
    place.foreign("commit-msg")
    place.foreign("pre-push")
    before = listing(place.repo.path)
    ran = failed(place.llm_cost("install"), 2, "commit-msg is not ours; --chain keeps it", "Nothing was changed")
    assert "pre-push is not ours" in ran.err
    failed(place.llm_cost("install", "--dry-run"), 2, "is not ours")
    assert listing(place.repo.path) == before
    assert passed(place.llm_cost("install", "--uninstall")).out == "There is no hook of ours here.\n"
    assert listing(place.repo.path) == before


def test_a_hook_of_ours_that_was_edited_is_left(installed: Place) -> None:
    path = installed.hooks() / "pre-commit"
    path.write_text(path.read_text() + "echo more\n")
    before = listing(installed.repo.path)
    for options in ((), ("--chain",), ("--uninstall",)):
        failed(installed.llm_cost("install", *options), 2, "pre-commit is ours and was edited")
        assert listing(installed.repo.path) == before


def test_a_legacy_that_is_there_is_kept(place: Place) -> None:
    place.foreign("pre-commit")
    (place.hooks() / "pre-commit.legacy").write_text("of another program")
    before = listing(place.repo.path)
    failed(place.llm_cost("install", "--chain"), 2, "pre-commit.legacy is taken")
    assert listing(place.repo.path) == before


def test_without_a_program_nothing_is_installed(place: Place, tmp_path: Path) -> None:
    """An interpreter that has none beside it, and none on PATH: a hook would fail for ever."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    modules = os.pathsep.join([MODULES, sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    done = subprocess.run(
        [tmp_path / "bare" / "bin" / "python", "-m", "llmcost_hooks", "install"], cwd=place.repo.path,
        env={**os.environ, **environment(), "PYTHONPATH": modules}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    failed(Ran(done.returncode, done.stdout, done.stderr), 2, "The program llm-cost-pre-commit is not on PATH")
    assert not place.hooks().exists()


@pytest.mark.parametrize("mark", [mark for manager in MANAGERS for mark in manager.marks])
def test_where_another_program_manages_the_hooks(place: Place, mark: str) -> None:
    manager = next(each for each in MANAGERS if mark in each.marks)
    place.repo.write(f"{mark}/pre-commit" if mark == ".husky" else mark, "x\n")
    before = listing(place.repo.path)
    ran = failed(llm_cost(place.repo.path, "install"), 2, f"{manager.name} manages the hooks", f"({mark})")
    assert ran.out == manager.snippet.replace("{version}", __version__) and "{mark}" not in ran.err
    assert listing(place.repo.path) == before


def test_a_manager_is_not_chained_to(installed: Place) -> None:
    """What is in place can be taken out all the same."""
    installed.repo.write("lefthook.yml", "")
    before = listing(installed.repo.path)
    for option in ("--chain", "--dry-run"):
        failed(installed.llm_cost("install", option), 2, "lefthook manages the hooks", "Add this to lefthook.yml")
        assert listing(installed.repo.path) == before
    passed(installed.llm_cost("install", "--uninstall"))
    assert list(installed.hooks().iterdir()) == []


def test_husky_without_its_folder(place: Place) -> None:
    place.repo.git("config", "core.hooksPath", ".husky/_")
    failed(place.llm_cost("install"), 2, "husky manages the hooks")
    assert not (place.repo.path / ".husky").exists()


def test_the_snippet_for_pre_commit_names_every_hook_that_judges(place: Place) -> None:
    place.repo.write(".pre-commit-config.yaml", "repos:\n")
    (snippet,) = yaml.safe_load(failed(llm_cost(place.repo.path, "install"), 2).out)
    declared = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    ids = [hook["id"] for hook in snippet["hooks"]]
    assert ids == [hook["id"] for hook in declared if hook["id"] != "llm-cost-trailer"]


# --- core.hooksPath -------------------------------------------------------------------------------------------------


def test_hooks_in_the_working_tree_name_no_place_of_this_machine(place: Place) -> None:
    place.repo.git("config", "core.hooksPath", ".githooks")
    said = passed(place.llm_cost("install", cwd=place.repo.path / "prompts"))
    assert "✓ .githooks/pre-commit" in said.out and "commit them for others to have them" in said.out
    script = (place.repo.path / ".githooks" / "pre-commit").read_text()
    assert str(place.programs) not in script and "/bin/llm-cost" not in script
    place.repo.stage(SEARCH, DEAR)
    place.refused(OVER, "commit", "-qm", "dear")
    assert ran(place.programs) == ["llm-cost-pre-commit"]


def test_an_absolute_place(place: Place, tmp_path: Path) -> None:
    elsewhere = tmp_path / "all hooks"
    place.repo.git("config", "core.hooksPath", str(elsewhere))
    assert "they hold for every repository that names it" in passed(place.llm_cost("install")).out
    assert sorted(path.name for path in elsewhere.iterdir()) == sorted(DEFAULT)
    place.repo.stage(SEARCH, DEAR)
    place.refused(OVER, "commit", "-qm", "dear")


def test_a_place_of_all_repositories_is_left(place: Place, tmp_path: Path) -> None:
    config = tmp_path / "gitconfig"
    config.write_text(f"{Path(os.environ['GIT_CONFIG_GLOBAL']).read_text()}[core]\nhooksPath = {tmp_path}/shared\n")
    named = str(config)
    failed(
        place.llm_cost("install", GIT_CONFIG_GLOBAL=named),
        2,
        "for all repositories of this machine (global configuration)",
    )
    assert not (tmp_path / "shared").exists()
    place.repo.git("config", "core.hooksPath", ".git/hooks")  # as the hint says
    passed(place.llm_cost("install", GIT_CONFIG_GLOBAL=named))
    place.repo.stage(SEARCH, DEAR)
    place.refused(OVER, "commit", "-qm", "dear", GIT_CONFIG_GLOBAL=named)


def test_hooks_that_are_switched_off(place: Place) -> None:
    place.repo.git("config", "core.hooksPath", os.devnull)
    failed(place.llm_cost("install"), 2, "/dev/null is no directory")


# --- under git ------------------------------------------------------------------------------------------------------


def test_every_kind_of_commit_is_judged(installed: Place) -> None:
    """Each by what it would record, wherever it starts."""
    repo = installed.repo
    repo.write(SEARCH, DEAR)
    one = f"commit -qm m {SEARCH}"
    for command in ("commit -qam m", one, f"{one} --only", f"{one} -i", "-C prompts commit -qam m",
                    "commit -q --amend -am m"):  # fmt: skip
        installed.refused(OVER, *command.split())
        assert ran(installed.programs) == ["llm-cost-pre-commit"], command
    repo.write("README.md", "not ours")
    installed.passes("add", "README.md")
    installed.passes("commit", "-qm", "the prompt is left out")
    assert ran(installed.programs) == ["llm-cost-pre-commit", "llm-cost-message"]
    installed.passes("commit", "-qam", "without", "--no-verify")
    assert ran(installed.programs) == []


def test_linked_worktrees_have_them_too(place: Place, tmp_path: Path) -> None:
    other = tmp_path / "linked"
    place.repo.git("worktree", "add", "-q", "-b", "other", str(other))
    passed(place.llm_cost("install", cwd=other / "prompts"))
    assert sorted(path.name for path in (place.repo.path / ".git" / "hooks").iterdir()) == sorted(DEFAULT)
    for top in (other, place.repo.path):
        there = Place(Repo(top), place.programs)
        there.repo.write(SEARCH, DEAR)
        there.refused(OVER, "commit", "-qam", "dear")


def test_a_merge_is_judged(installed: Place) -> None:
    repo = installed.repo
    repo.branch("dear")
    repo.write(SEARCH, DEAR)
    repo.git("commit", "-q", "--no-verify", "-am", "dear")
    repo.checkout("main")
    repo.write("README.md", "x")
    repo.git("add", "README.md")
    repo.git("commit", "-q", "--no-verify", "-m", "another")
    installed.refused(OVER, "merge", "-q", "dear", "-m", "merge")
    assert ran(installed.programs)[:1] == ["llm-cost-pre-commit"]


def test_a_push_is_judged(installed: Place, tmp_path: Path) -> None:
    server = Repo.init(tmp_path / "server.git", "--bare")
    installed.repo.git("remote", "add", "origin", server.cwd)
    assert "Within budget" in installed.passes("push", "origin", "main")
    assert ran(installed.programs) == ["llm-cost-pre-push"]
    installed.repo.write(SEARCH, DEAR)
    installed.repo.git("commit", "-q", "--no-verify", "-am", "dear")
    before = server.oid("main")
    installed.refused(OVER, "push", "origin", "main")
    assert server.oid("main") == before
    installed.passes("push", "origin", "main", LLMCOST_SKIP="1")
    assert server.oid("main") != before


def test_skipping_once(installed: Place) -> None:
    installed.repo.write(SEARCH, DEAR)
    for value in ("", "0", "yes"):
        installed.refused(OVER, "commit", "-qam", "dear", LLMCOST_SKIP=value)
    ran(installed.programs)
    said = installed.passes("commit", "-qam", "dear", LLMCOST_SKIP="1")
    assert "llm-cost: pre-commit skipped (LLMCOST_SKIP=1)" in said and ran(installed.programs) == []


# --- without the program --------------------------------------------------------------------------------------------


def test_a_program_that_is_gone_fails_the_commit(place: Place, tmp_path: Path) -> None:
    """As in a clone whose hooks lie in its working tree, on a machine that has no llm-cost."""
    place.repo.git("config", "core.hooksPath", ".githooks")
    passed(place.llm_cost("install", "--trailer"))
    place.repo.write("README.md", "x")
    place.repo.git("add", "README.md")
    bare = environment()
    for args in (("commit", "-qm", "m"), ("push", place.repo.cwd, "main:other")):
        place.refused("is not on PATH", *args, **bare)
        place.refused("pip install llmcost-hooks", *args, **bare)
        place.refused(f"git {args[0]} --no-verify, or LLMCOST_SKIP=1 git {args[0]}", *args, **bare)
        place.refused("Exit code: 2 (CONFIG_ERROR)" if args[0] == "commit" else "error: failed to push", *args, **bare)
    said = place.passes("commit", "-qm", "m", LLMCOST_SKIP="1", **bare)
    assert "warning" not in said
    said = place.passes("commit", "-q", "--amend", "-m", "m", "--no-verify", **bare)
    assert "llm-cost: warning: llm-cost-trailer is not on PATH: the message gets no trailer" in said


def test_a_program_beside_that_is_not_on_path(installed: Place) -> None:
    """As in an editor, which has another PATH than the shell that llm-cost was installed from."""
    installed.repo.write(SEARCH, DEAR)
    installed.refused(OVER, "commit", "-qam", "dear", **environment())


# --- after another hook ---------------------------------------------------------------------------------------------


def test_chained_hooks_run_first_and_are_put_back(place: Place) -> None:
    path = place.foreign("pre-commit", f'echo "$0 $#" >> {quote(str(place.programs / "ran"))}')
    path.chmod(0o750)
    before = listing(path)[str(path)]
    said = passed(place.llm_cost("install", "--chain"))
    assert "✓ .git/hooks/pre-commit: runs pre-commit.legacy, which was there, then llm-cost-pre-commit" in said.out
    passed(place.llm_cost("install", "--chain"))
    passed(place.llm_cost("install"))
    place.repo.write("README.md", "x")
    place.passes("add", "README.md")
    place.passes("commit", "-qm", "m")
    assert ran(place.programs) == [".git/hooks/pre-commit.legacy 0", "llm-cost-pre-commit", "llm-cost-message"]
    place.repo.write(SEARCH, DEAR)
    place.refused(OVER, "commit", "-qam", "dear")
    assert passed(place.llm_cost("install", "--uninstall")).out.splitlines()[0] == (
        "✓ .git/hooks/pre-commit: removed, and pre-commit.legacy put back"
    )
    assert [each.name for each in place.hooks().iterdir()] == ["pre-commit"]
    assert listing(path)[str(path)] == before


def test_a_chained_hook_that_fails_ends_it(place: Place) -> None:
    place.foreign("pre-commit", "echo no; exit 3")
    passed(place.llm_cost("install", "--chain"))
    place.refused("no", "commit", "-q", "--allow-empty", "-m", "m")
    assert ran(place.programs) == []
    (place.hooks() / "pre-commit.legacy").chmod(0o644)  # as git does, one that is no program is passed over
    place.passes("commit", "-q", "--allow-empty", "-m", "m", LLMCOST_SKIP="1")
    (place.hooks() / "pre-commit.legacy").unlink()
    place.passes("commit", "-q", "--allow-empty", "-m", "m")
    assert ran(place.programs) == ["llm-cost-pre-commit", "llm-cost-message"]
    passed(place.llm_cost("install", "--uninstall"))
    assert list(place.hooks().iterdir()) == []


@pytest.mark.parametrize("script", ['cat > "$OUT"', "exit 0", 'head -c 5 > "$OUT"; exec 0<&-'])
def test_both_hooks_of_a_push_get_its_refs(place: Place, tmp_path: Path, script: str) -> None:
    """Whether the first one reads them or not; thousands, which no pipe can hold."""
    place.foreign("pre-push", f'echo "$1 $2" > "$OUT.args"; {script}')
    passed(place.llm_cost("install", "--chain"))
    server = Repo.init(tmp_path / "server.git", "--bare")
    place.repo.write(SEARCH, DEAR)
    place.repo.git("commit", "-q", "--no-verify", "-am", "dear")
    out = tmp_path / "out"
    place.refused(OVER, "push", server.cwd, "main", "main~1:refs/heads/older", OUT=str(out))
    assert (tmp_path / "out.args").read_text() == f"{server.cwd} {server.cwd}\n"
    if script.startswith("cat"):
        assert sorted(line.split()[2] for line in out.read_text().splitlines()) == [
            "refs/heads/main",
            "refs/heads/older",
        ]
    assert ran(place.programs) == ["llm-cost-pre-push"]


def test_a_push_of_many_refs(place: Place, tmp_path: Path) -> None:
    place.foreign("pre-push", "exit 0")
    passed(place.llm_cost("install", "--chain"))
    script = place.hooks() / "pre-push"
    lines = b"".join(b"(delete) %s refs/heads/b%d %s\n" % (b"0" * 40, n, b"1" * 40) for n in range(5000))
    done = subprocess.run(
        [script, "origin", "url"], cwd=place.repo.path, input=lines, env={**os.environ, **place.env()},
        capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    nothing = subprocess.run(
        [script, "origin", "url"], cwd=place.repo.path, input=b"", env={**os.environ, **place.env()},
        capture_output=True, check=False,
    )  # fmt: skip
    assert (nothing.returncode, nothing.stderr) == (0, b"")


def test_a_link_is_kept_as_a_link(place: Place) -> None:
    """Hooks are often links into the working tree."""
    place.repo.write("tools/hook.sh", f"#!/bin/sh\necho linked >> {quote(str(place.programs / 'ran'))}\n").chmod(0o755)
    place.hooks().mkdir(exist_ok=True)
    (place.hooks() / "pre-commit").symlink_to("../../tools/hook.sh")
    failed(place.llm_cost("install"), 2, "is not ours")
    passed(place.llm_cost("install", "--chain"))
    assert (place.hooks() / "pre-commit.legacy").is_symlink() and not (place.hooks() / "pre-commit").is_symlink()
    assert not is_ours((place.repo.path / "tools/hook.sh").read_bytes())
    place.passes("commit", "-q", "--allow-empty", "-m", "m")
    assert ran(place.programs) == ["linked", "llm-cost-pre-commit", "llm-cost-message"]
    passed(place.llm_cost("install", "--uninstall"))
    assert (place.hooks() / "pre-commit").readlink() == Path("../../tools/hook.sh")


# --- the man pages --------------------------------------------------------------------------------------------------


def test_man_pages(place: Place, tmp_path: Path) -> None:
    given = tmp_path / "pages"
    for options, folder in ((["--man", str(given)], given), (["--man"], tmp_path / "data" / "man")):
        passed(place.llm_cost("install", *options, cwd=tmp_path, XDG_DATA_HOME=str(tmp_path / "data")))
        for name in ("llm-cost.1", "git-llm-cost.1"):
            assert (folder / "man1" / name).read_bytes() == (ROOT / "docs" / "man" / name).read_bytes()
            assert (folder / "man1" / name).stat().st_mode & 0o777 == 0o644
    passed(place.llm_cost("install", "--man", str(given)))
    (given / "man1" / "llm-cost.1").write_text(".TH OTHER 1\n")
    failed(place.llm_cost("install", "--man", str(given)), 2, "is no page of llm-cost")
    assert (given / "man1" / "llm-cost.1").read_text() == ".TH OTHER 1\n"
