"""A file replaced as a whole: at every moment, and after a crash, it is the old one or the new one."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import IO

PREFIX = ".llm-cost-"  # of the file beside it that is being written


@contextlib.contextmanager
def replacing(path: str, *, mode: int | None = None, prefix: str = PREFIX) -> Iterator[IO[bytes]]:
    """A new file that takes the place of `path` when all is written and on the disk; nothing is left where that fails.

    `mode` is its permissions; None: readable and writable by its owner alone. Raises OSError where the system refuses.
    """
    import tempfile  # the hooks read files of this kind and write none

    folder = os.path.dirname(path)
    descriptor, temporary = tempfile.mkstemp(prefix=prefix, dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    if hasattr(os, "O_DIRECTORY"):  # the rename itself, which a loss of power could undo
        descriptor = os.open(folder or os.curdir, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def usual_mode(path: str) -> int:
    """Of the file that is replaced; of a new one what the user's umask leaves."""
    with contextlib.suppress(OSError):
        return os.stat(path).st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
