"""Loading libgit2 without what it would need to connect."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_certificates() -> Iterator[None]:
    """Where libgit2 is loaded within, it loads no TLS certificates of the system: a tenth of a hook's time.

    For faces, whose process it is and which never connect through it; another program may need them.
    """
    # No regular file, and a directory without certificates, so that there is nothing to load.
    instead = {"SSL_CERT_FILE": os.devnull, "SSL_CERT_DIR": os.path.dirname(os.path.abspath(__file__))}
    before = {name: os.environ.get(name) for name in instead}
    os.environ.update(instead)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
