"""The package's data files, and the one module that opens them."""

from __future__ import annotations

import mmap
import os

_FOLDER = os.path.dirname(os.path.abspath(__file__))


def open_data(name: str) -> memoryview:
    """The bytes of data file `name`, memory-mapped: nothing is read until it is touched, nothing is copied."""
    with open(os.path.join(_FOLDER, name), "rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def demo_folder(side: str) -> str:
    """The folder of one side ("main" or "feature") of the demo's example repository."""
    return os.path.join(_FOLDER, "demo", side)
