"""Opening files that a repository names: never outside its top, never through a link, never anything but a file."""

from __future__ import annotations

import errno
import os
import re
import stat

from .objects import Unread

# Characters that HFS+ ignores in names; git itself refuses them inside ".git" for the same reason.
_IGNORED = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


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
        directory = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for name in components[:-1]:
                inner = os.open(name, _READ | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=directory)
                os.close(directory)
                directory = inner
            return _read(os.open(components[-1], _READ | os.O_NOFOLLOW, dir_fd=directory), limit)
        finally:
            os.close(directory)
    except OSError as error:
        return _unread(error)


def _is_refused(component: str) -> bool:
    """Components that leave the directory, or that some file system takes for ".git"."""
    plain = _IGNORED.sub("", component).rstrip(" .").lower()
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
