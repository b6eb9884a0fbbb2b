"""The one wall between exceptions and the outside: every process of ours ends here.

What a user can act on becomes a message, a hint and `Exit code: N (NAME)` on stderr; everything else becomes exit 70
with a place in our code and no text of theirs. Python's own exit for a crash is 1, which here means BUDGET_EXCEEDED.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Callable
from typing import NoReturn, TextIO

from .errors import ExitCode, LlmCostError

SIGPIPE_CODE = 141  # 128 + SIGPIPE, as a shell reports a writer whose reader went away


def guarded(act: Callable[[], int]) -> int:
    """The exit code of `act`, whatever happens in it.

    Without the cycle collector: what a run makes lives as long as the run, and looking for garbage in it costs a hook
    a tenth of its time.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        code = act()
    except LlmCostError as error:
        code = _fail(error)
    except KeyboardInterrupt:
        complain("Interrupted")
        code = int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        code = SIGPIPE_CODE
    except SystemExit:
        raise
    except BaseException as error:
        code = _crash(error)
    finally:
        if collecting:
            gc.enable()
    return _flushed(code)


def advisory(act: Callable[[], int], what: str) -> int:
    """The exit code of an `act` that must not stand in anybody's way: each failure is a warning that says `what`."""

    def softened() -> int:
        try:
            return act()
        except (KeyboardInterrupt, SystemExit):
            raise
        except LlmCostError as error:
            complain(f"warning: {what}: {error.message}", error.hint)
        except BaseException as error:
            complain(f"warning: {what}: {type(error).__name__} at {_place(error)}")
        return int(ExitCode.OK)

    return guarded(softened)


def _flushed(code: int) -> int:
    """`code`, or what a stdout says that cannot take the rest of the output. The interpreter's own end says 120."""
    stdout: TextIO | None = sys.stdout
    try:
        if stdout is not None:
            stdout.flush()
        return code
    except BrokenPipeError:
        _silence(stdout)
        return SIGPIPE_CODE
    except OSError as error:
        _silence(stdout)
        return _crash(error)


def leave(code: int) -> NoReturn:
    """End the process, at once.

    The interpreter would take every object apart first, which is a sixth of a hook's time; the system does it for
    nothing. All files are closed where they are used, so that only what was printed is left to write.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):  # None, gone, or closed: `guarded` said so
            stream.flush()
    os._exit(code)


def _fail(error: LlmCostError) -> int:
    complain(error.message, error.hint)
    say_code(error.code)
    return int(error.code)


def _crash(error: BaseException) -> int:
    """An error of ours, or a full disk. Its message may quote a prompt, so only its kind and its place are told."""
    if isinstance(error, OSError) and error.errno is not None:
        complain(f"The system refused: {os.strerror(error.errno)}")
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


def _silence(stream: TextIO | None) -> None:
    """Nothing more can be written: keep the interpreter from trying again when it ends."""
    if stream is not None:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def complain(message: str, hint: str = "") -> None:
    """One failure on stderr."""
    from .render.sanitise import terminal_name

    lines = [terminal_name(line, 2000) for line in (message, *hint.splitlines())]
    _tell("\n".join([f"llm-cost: {lines[0]}", *(f"  {line}" for line in lines[1:])]) + "\n")


def say_code(code: ExitCode) -> None:
    """The last line of every failure."""
    if code != ExitCode.OK:
        _tell(f"Exit code: {int(code)} ({code.name})\n")


def _tell(text: str) -> None:
    """On stderr. One that is full or gone must not change the exit code."""
    stderr: TextIO | None = sys.stderr
    try:
        write(stderr, text)
    except (OSError, ValueError):
        _silence(stderr)


def write(stream: TextIO | None, text: str) -> None:
    """Write to a text stream, in ASCII where it can show no more. None: the caller has closed it.

    What goes to stderr are lines of a log: a CI service reads that for commands too, and none is begun there.
    """
    from .render.sanitise import ascii_symbols, log_text

    if stream is None:
        return
    if stream is sys.stderr:
        text = log_text(text)
    encoding = getattr(stream, "encoding", None) or "ascii"
    if not encoding.lower().replace("-", "").startswith("utf"):
        text = ascii_symbols(text).encode(encoding, "backslashreplace").decode(encoding)
    stream.write(text)
