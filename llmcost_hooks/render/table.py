"""Tables by tabulate: the only file that knows it (importing it costs as much as a whole hook)."""

from __future__ import annotations

from collections.abc import Sequence


def draw_table(headers: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int], style: str) -> str:
    """A table in tabulate's `style` ("simple", "github"); the columns numbered in `right` are aligned right."""
    import tabulate

    tabulate.WIDE_CHARS_MODE = False  # else padding depends on whether wcwidth happens to be installed
    align = ["right" if n in right else "left" for n in range(len(headers))]
    return tabulate.tabulate(
        rows, headers=headers, tablefmt=style, colalign=align if rows else None, disable_numparse=True
    )
