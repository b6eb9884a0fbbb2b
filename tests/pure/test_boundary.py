"""The wall: what a process says and ends with, whatever happens in it and wherever its output goes."""

from __future__ import annotations

import errno
import gc
import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, TextIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

import llmcost_hooks
from llmcost_hooks.boundary import SIGPIPE_CODE, complain, guarded, say_code, write
from llmcost_hooks.errors import ConfigError, ExitCode, LlmCostError, ParseError, PricingError
from llmcost_hooks.failures import say_failures
from llmcost_hooks.manifest import parse_manifest
from llmcost_hooks.prompts import Problem

from .build import unpriced

ROOT = os.path.dirname(os.path.dirname(llmcost_hooks.__file__))
# A process of ours: what it does is its first argument.
PROGRAM = """
import sys, time
sys.path.insert(0, sys.argv[1])
from llmcost_hooks.boundary import guarded, write, complain
from llmcost_hooks.errors import ConfigError
def fail():
    raise ConfigError("wrong", "Type this.")
def over():
    write(sys.stdout, "over\\n")
    return 1
def both():
    write(sys.stdout, "report\\n")
    complain("failure")
    return 4
def much():
    for _ in range(10000):
        write(sys.stdout, "x" * 1000 + "\\n")
    return 0
def partly():
    write(sys.stdout, "part of it\\n")
    raise ConfigError("wrong")
def symbols():
    write(sys.stdout, "\\u2705 \\u0394 \\u2014 caf\\u00e9 \\u65e5\\n")
    complain("\\u274c caf\\u00e9 \\u65e5")
    return 0
def sleep():
    write(sys.stdout, "ready\\n")
    sys.stdout.flush()
    time.sleep(60)
raise SystemExit(guarded(globals()[sys.argv[2]]))
"""
RUN = [sys.executable, "-c", PROGRAM, ROOT]


class Ended(NamedTuple):
    code: int
    out: bytes
    err: bytes


def run(act: str, redirected: str = "", **environ: str) -> Ended:
    """PROGRAM in a shell, with its streams redirected as the shell says."""
    done = subprocess.run(
        ["bash", "-c", f'"$@" {redirected}; exit ${{PIPESTATUS[0]}}', "bash", *RUN, act],
        capture_output=True, env={**os.environ, **environ}, check=False, timeout=50,
    )  # fmt: skip
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture(params=["buffered", "unbuffered"])
def buffering(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways in which Python writes: a failure shows at the end, or at once."""
    monkeypatch.setenv("PYTHONUNBUFFERED", "1" if request.param == "unbuffered" else "")


def raising(error: BaseException) -> Callable[[], int]:
    def act() -> int:
        raise error

    return act


# --- exit codes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [0, 1, 2, 141])
def test_a_code_is_passed_on(code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(lambda: code) == code
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("error", "code", "name"),
    [(ConfigError, 2, "CONFIG_ERROR"), (ParseError, 3, "PARSE_ERROR"), (PricingError, 4, "PRICING_ERROR"),
     (LlmCostError, 70, "INTERNAL_ERROR")],
)  # fmt: skip
def test_every_error_has_its_code(
    error: type[LlmCostError], code: int, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded(raising(error("What is wrong", "Type this.\nOr that."))) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"llm-cost: What is wrong\n  Type this.\n  Or that.\nExit code: {code} ({name})\n"


def test_an_error_without_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(raising(ConfigError("What is wrong"))) == 2
    assert capsys.readouterr().err == "llm-cost: What is wrong\nExit code: 2 (CONFIG_ERROR)\n"


def test_an_interruption(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(raising(KeyboardInterrupt())) == 130
    assert capsys.readouterr().err == "llm-cost: Interrupted\n"


def test_an_interruption_from_the_keyboard() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job's children would ignore it
    with subprocess.Popen([*RUN, "sleep"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        signal.signal(signal.SIGINT, before)
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        err = process.stderr.read()
        assert process.wait(20) == 130
    assert err == b"llm-cost: Interrupted\n"


def test_an_exit_is_not_held_up() -> None:
    with pytest.raises(SystemExit) as caught:
        guarded(raising(SystemExit(5)))
    assert caught.value.code == 5


class Panic(BaseException):
    """What libraries in Rust raise."""


@pytest.mark.parametrize(
    "error",
    [ValueError("a secret prompt"), Panic("a secret prompt"), MemoryError(), RecursionError("x"), OSError("a secret")],
)
def test_an_error_of_ours_names_its_place_and_none_of_its_text(
    error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded(raising(error)) == 70
    out, err = capsys.readouterr()
    assert (out, "secret" in err) == ("", False)
    kind = type(error).__name__
    assert err.splitlines()[0].startswith(f"llm-cost: Internal error: {kind} at boundary.py:")
    assert err.splitlines()[1:] == ["Exit code: 70 (INTERNAL_ERROR)"]


def test_the_place_is_the_deepest_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    def act() -> int:
        parse_manifest(None)  # type: ignore[arg-type]
        return 0

    assert guarded(act) == 70
    assert "TypeError at manifest.py:" in capsys.readouterr().err


def test_what_the_system_refuses_is_said_in_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(raising(OSError(errno.ENOSPC, "a secret path", "/secret"))) == 70
    assert capsys.readouterr().err == (
        "llm-cost: The system refused: No space left on device\nExit code: 70 (INTERNAL_ERROR)\n"
    )


@pytest.mark.parametrize("error", [None, ConfigError("x"), ValueError()])
def test_the_collector_is_left_as_it_was(error: Exception | None, capsys: pytest.CaptureFixture[str]) -> None:
    assert gc.isenabled()
    seen: list[bool] = []

    def act() -> int:
        seen.append(gc.isenabled())
        if error:
            raise error
        return 0

    guarded(act)
    assert (seen, gc.isenabled()) == ([False], True)
    gc.disable()
    guarded(act)
    assert not gc.isenabled()
    gc.enable()


# --- streams that cannot take it --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("buffering")
def test_a_reader_that_went_away_ends_quietly() -> None:
    assert run("much", "| head -1") == Ended(SIGPIPE_CODE, b"x" * 1000 + b"\n", b"")
    assert run("over", "| { read -t 0.3; exec 0<&-; sleep 0.3; }").err == b""


@pytest.mark.usefixtures("buffering")
@pytest.mark.parametrize(("act", "code"), [("over", 141), ("much", 141), ("both", 141), ("partly", 141)])
def test_a_reader_that_was_never_there(act: str, code: int) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as stdout:
        done = subprocess.run([*RUN, act], stdout=stdout, stderr=subprocess.PIPE, check=False)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@pytest.mark.usefixtures("buffering")
@pytest.mark.parametrize(("act", "code"), [("fail", 2), ("both", 4), ("over", 1), ("partly", 2)])
def test_nobody_reads_the_failures(act: str, code: int) -> None:
    """Whatever stderr is, the exit code says what happened; 1 would be BUDGET_EXCEEDED, 120 nothing."""
    for redirected in ("2>/dev/full", "2>&-", "2>/dev/null"):
        assert run(act, redirected)[0] == code
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as stderr:
        assert subprocess.run([*RUN, act], stdout=subprocess.PIPE, stderr=stderr, check=False).returncode == code


@pytest.mark.usefixtures("buffering")
def test_both_streams_are_one_pipe_that_is_gone() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        assert subprocess.run([*RUN, "both"], stdout=gone, stderr=gone, check=False).returncode == SIGPIPE_CODE
        assert subprocess.run([*RUN, "fail"], stdout=gone, stderr=gone, check=False).returncode == 2


@pytest.mark.usefixtures("buffering")
@pytest.mark.parametrize("act", ["over", "much", "both", "partly"])
def test_a_full_disk_is_a_failure(act: str) -> None:
    code, out, err = run(act, ">/dev/full")
    assert (code, out) == (70, b"")
    assert err.endswith(b"llm-cost: The system refused: No space left on device\nExit code: 70 (INTERNAL_ERROR)\n")
    assert b"Traceback" not in err


@pytest.mark.usefixtures("buffering")
@pytest.mark.parametrize(("act", "code"), [("over", 1), ("much", 0), ("both", 4), ("fail", 2)])
def test_a_closed_stdout_was_closed_on_purpose(act: str, code: int) -> None:
    ended = run(act, ">&-")
    assert (ended.code, ended.out) == (code, b"")
    assert b"Traceback" not in ended.err


class Refusing(io.RawIOBase):
    """A file that takes nothing."""

    def __init__(self, error: int) -> None:
        self.error = error

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        raise OSError(self.error, "a secret path")


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (errno.EPIPE, 141, ""),
        (errno.ENOSPC, 70, "llm-cost: The system refused: No space left on device\nExit code: 70 (INTERNAL_ERROR)\n"),
    ],
)
def test_what_is_left_in_the_buffer_is_written_here(
    error: int, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdout = io.TextIOWrapper(io.BufferedWriter(Refusing(error)), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", stdout)

    def act() -> int:
        write(sys.stdout, "report\n")
        return 1

    assert guarded(act) == code
    assert capsys.readouterr().err == said
    with suppress(OSError):
        stdout.close()


def test_a_pipe_that_breaks_on_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(raising(BrokenPipeError())) == SIGPIPE_CODE
    assert capsys.readouterr() == ("", "")


def test_no_stdout_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert guarded(lambda: 1) == 1


def test_a_stderr_that_takes_nothing_is_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = io.TextIOWrapper(io.BufferedWriter(Refusing(errno.ENOSPC)), encoding="utf-8", line_buffering=True)
    monkeypatch.setattr(sys, "stderr", stderr)
    assert guarded(raising(ConfigError("x"))) == 2
    with suppress(OSError):
        stderr.close()


# --- characters -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "out", "err"),
    [
        ("utf-8", "✅ Δ — café 日", "❌ café 日"),
        ("ascii", r"ok: delta - caf\xe9 \u65e5", r"x caf\xe9 \u65e5"),
        ("latin-1", r"ok: delta - café \u65e5", r"x café \u65e5"),
        ("cp1252", r"ok: delta - café \u65e5", r"x café \u65e5"),
        ("shift_jis", r"ok: delta - caf\xe9 日", r"x caf\xe9 日"),
        ("utf-16-le", "✅ Δ — café 日", "❌ café 日"),
    ],
)
def test_every_encoding_of_a_terminal(encoding: str, out: str, err: str) -> None:
    ended = run("symbols", PYTHONIOENCODING=encoding)
    assert ended == Ended(0, f"{out}\n".encode(encoding), f"llm-cost: {err}\n".encode(encoding))


def test_a_locale_without_any(tmp_path: object) -> None:
    ended = run("symbols", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert ended == Ended(0, b"ok: delta - caf\\xe9 \\u65e5\n", b"llm-cost: x caf\\xe9 \\u65e5\n")


def test_a_stream_without_an_encoding_gets_ascii() -> None:
    stream = io.StringIO()
    write(stream, "Δ é")
    assert stream.getvalue() == "delta \\xe9"
    write(None, "nobody sees this")


@given(st.text(max_size=30), st.text(max_size=30), st.sampled_from(["utf-8", "ascii", "latin-1"]))
def test_any_failure_can_be_shown_anywhere(message: str, hint: str, encoding: str) -> None:
    buffer = io.BytesIO()
    stderr: TextIO = io.TextIOWrapper(buffer, encoding=encoding, newline="\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", stderr)
        complain(message, hint)
        stderr.flush()
    text = buffer.getvalue().decode(encoding)
    assert text.startswith("llm-cost: ")
    assert text.count("\n") == 1 + len(hint.splitlines())
    assert all(line.isprintable() for line in text.split("\n"))


def test_a_failure_cannot_move_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    complain("\x1b[2Ja\nb\r", "\x1b]0;x\x07")
    assert capsys.readouterr().err == "llm-cost: \\x1b[2Ja\\x0ab\\x0d\n  \\x1b]0;x\\x07\n"


@pytest.mark.parametrize("command", ["##vso[task.setvariable variable=x]y", "##[error]x", "::error::x"])
def test_a_failure_is_no_command_to_a_ci_service(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Some read both streams, and find theirs anywhere in a line."""
    complain(f"{command} {command}", f"{command}\na {command}")
    write(sys.stderr, f"{command}\n")
    said = capsys.readouterr().err
    assert "##" not in said and not re.search(r"(?m)^\s*::", said)


@pytest.mark.parametrize("code", ExitCode)
def test_the_last_line(code: ExitCode, capsys: pytest.CaptureFixture[str]) -> None:
    say_code(code)
    assert capsys.readouterr().err == ("" if code == 0 else f"Exit code: {int(code)} ({code.name})\n")


# --- failures of a run that went on -----------------------------------------------------------------------------------


def test_failures_are_told_with_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [unpriced("a"), unpriced("b", problem=Problem("is binary", "Exclude it.", ExitCode.PARSE_ERROR))]
    assert say_failures(rows, ExitCode.PARSE_ERROR) == 3
    assert capsys.readouterr().err == (
        "llm-cost: prompts/a.txt: no price is known\n  Run: llm-cost models\n"
        "llm-cost: prompts/b.txt: is binary\n  Exclude it.\nExit code: 3 (PARSE_ERROR)\n"
    )


def test_prompts_that_fail_alike_are_told_together(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [unpriced(f"p{n}") for n in range(1203)]
    assert say_failures(iter(rows), ExitCode.PRICING_ERROR) == 4
    assert capsys.readouterr().err == (
        "llm-cost: prompts/p0.txt, prompts/p1.txt, prompts/p2.txt and 1,200 more: no price is known\n"
        "  Run: llm-cost models\nExit code: 4 (PRICING_ERROR)\n"
    )


def test_no_failure_is_nothing_to_tell(capsys: pytest.CaptureFixture[str]) -> None:
    assert say_failures([], ExitCode.OK) == 0
    assert capsys.readouterr().err == ""


def test_a_budget_that_does_not_hold_needs_no_failing_prompt(capsys: pytest.CaptureFixture[str]) -> None:
    assert say_failures([], ExitCode.BUDGET_EXCEEDED) == 1
    assert capsys.readouterr().err == "Exit code: 1 (BUDGET_EXCEEDED)\n"
