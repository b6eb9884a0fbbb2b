"""The one wall between exceptions and the outside: every process of ours ends here.

What a user can act on becomes a message, a hint and `Exit code: N (NAME)` on stderr; everything else becomes exit 70
with a place in our code and no text of theirs. Python's own exit for a crash is 1, which here means BUDGET_EXCEEDED.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable

from .errors import ExitCode, LlmCostError

SIGPIPE_CODE = 141  # 128 + SIGPIPE, as a shell reports a writer whose reader went away


def guarded(act: Callable[[], int]) -> int:
    """The exit code of `act`, whatever happens in it."""
    try:
        code = act()
        sys.stdout.flush()
        return code
    except LlmCostError as error:
        return _fail(error)
    except KeyboardInterrupt:
        complain("Interrupted")
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        _silence_stdout()
        return SIGPIPE_CODE
    except SystemExit:
        raise
    except BaseException as error:
        return _crash(error)


def _fail(error: LlmCostError) -> int:
    complain(error.message, error.hint)
    say_code(error.code)
    return int(error.code)


def _crash(error: BaseException) -> int:
    """An error of ours, or a full disk. Its message may quote a prompt, so only its kind and its place are told."""
    if isinstance(error, OSError) and error.errno is not None:
        complain(f"The system refused: {os.strerror(error.errno)}")
        _silence_stdout()
    else:
        complain(f"Internal error: {type(error).__name__} at {_place(error)}. Please report it.")
    say_code(ExitCode.INTERNAL_ERROR)
    return int(ExitCode.INTERNAL_ERROR)


def _place(error: BaseException) -> str:
    trace, place = error.__traceback__, "an unknown place"
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if os.path.basename(os.path.dirname(os.path.abspath(__file__))) in file:
            place = f"{os.path.basename(file)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _silence_stdout() -> None:
    """Nothing more can be written: keep the interpreter from trying again when it ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115


def complain(message: str, hint: str = "") -> None:
    """One failure on stderr."""
    from .render.sanitise import terminal_name

    lines = [terminal_name(line, 2000) for line in (message, *hint.splitlines())]
    write(sys.stderr, "\n".join([f"llm-cost: {lines[0]}", *(f"  {line}" for line in lines[1:])]) + "\n")


def say_code(code: ExitCode) -> None:
    """The last line of every failure."""
    if code != ExitCode.OK:
        write(sys.stderr, f"Exit code: {int(code)} ({code.name})\n")


def write(stream: object, text: str) -> None:
    """Write to a text stream, in ASCII where it can show no more."""
    from .render.sanitise import ascii_symbols

    encoding = getattr(stream, "encoding", None) or "ascii"
    if not encoding.lower().replace("-", "").startswith("utf"):
        text = ascii_symbols(text).encode(encoding, "backslashreplace").decode(encoding)
    stream.write(text)  # type: ignore[attr-defined]


def warn(lines: Iterable[str]) -> None:
    for line in lines:
        write(sys.stderr, f"warning: {line}\n")
