"""Opening files that a repository names: never outside its top, never through a link, never anything but a file."""

from __future__ import annotations

import errno
import os
import stat

from .objects import Unread

# Characters that HFS+ ignores in names; git itself refuses them inside ".git" for the same reason.
_IGNORED = dict.fromkeys([*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF])
# Windows has none of these but O_BINARY, which nobody else needs.
_FLAGS = ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY")
_READ = os.O_RDONLY | sum(getattr(os, flag, 0) for flag in _FLAGS)


def read_file(path: str, limit: int) -> bytes | Unread:
    """A file that the user named, anywhere; a symbolic link is followed. Unread if it is over `limit` bytes."""
    try:
        return _read(os.open(path, _READ), limit)
    except OSError as error:
        return _unread(error)


def read_below(top: str, path: str, limit: int) -> bytes | Unread:
    """The regular file at `path` below the directory `top`, without following any symbolic link on the way."""
    components = path.split("/")
    if "\0" in path or any(_is_refused(component) for component in components):
        return Unread("not a path inside the repository")
    try:
        return _read(_open_below(top, components), limit)
    except OSError as error:
        return _unread(error)


def _open_below(top: str, components: list[str]) -> int:
    """A descriptor of the file; OSError with ELOOP where a symbolic link is on the way."""
    if os.open not in os.supports_dir_fd:
        return _open_checked(top, components)
    directory = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in components[:-1]:
            inner = _inside(directory, name)
            os.close(directory)
            directory = inner
        return os.open(components[-1], _READ | os.O_NOFOLLOW, dir_fd=directory)
    finally:
        os.close(directory)


def _inside(directory: int, name: str) -> int:
    try:
        return os.open(name, _READ | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=directory)
    except NotADirectoryError:  # Linux says this of a link as well
        if stat.S_ISLNK(os.lstat(name, dir_fd=directory).st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None
        raise


def _open_checked(top: str, components: list[str]) -> int:
    """The same where the system cannot open relative to a directory (Windows): look first, then open."""
    path = top
    for name in components:
        path = os.path.join(path, name)
        if stat.S_ISLNK(os.lstat(path).st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return os.open(path, _READ)


def _is_refused(component: str) -> bool:
    """Components that leave the directory, or that some file system takes for ".git"."""
    plain = component.translate(_IGNORED).rstrip(" .").lower()
    return component in ("", ".", "..") or plain in (".git", "git~1")


def _read(descriptor: int, limit: int) -> bytes | Unread:
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            return Unread("not a regular file")
        if facts.st_size > limit:
            return Unread("too large", facts.st_size)
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(limit + 1)  # it may be growing
        return data if len(data) <= limit else Unread("too large")
    finally:
        os.close(descriptor)


def _unread(error: OSError) -> Unread:
    if isinstance(error, FileNotFoundError):
        return Unread("missing")
    return Unread("a symbolic link" if error.errno == errno.ELOOP else f"not readable: {error.strerror}")
