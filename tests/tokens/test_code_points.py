"""Every code point that UTF-8 can hold, both encodings, both ways; of long ranges of one class one in seven.

tools/check_tokens.py takes every one of those too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

import tiktoken

from llmcost_hooks.data import open_data
from llmcost_hooks.tokens import split
from llmcost_hooks.tokens.encodings import CJK
from llmcost_hooks.tokens.split import Classes
from llmcost_hooks.tokens.table import Ranks
from llmcost_hooks.tokens.table_counter import TableCounter
from tests.tokens.conftest import UNLIMITED, Ways

# Where a code point stands: before and behind a letter, doubled, behind a space, between digits, in a contraction, ...
CONTEXTS = (" {0}", "a{0}\n", "{0}a.", "{0}{0}A", "1{0}2", "É{0}'s", "'{0}", "\n{0} x")
BATCH = 512

POINTS = [*range(0xD800), *range(0xE000, 0x110000)]
CLASSES = Classes(open_data("classes.bin"))
# Ranges of one class. One context is enough for the long ones: ideographs, syllables, private use, unassigned.
RANGES = [list(points) for _, points in groupby(POINTS, CLASSES.__getitem__)]
SHORT, LONG, STEP = 500, ("7{0}",), 7


def assert_equal(ways: Ways, points: Sequence[int], contexts: Sequence[str]) -> None:
    # Own memos, or they would hold a million pieces.
    table = TableCounter(Ranks(ways.encoding.table), ways.splitter, UNLIMITED)
    for start in range(0, len(points), BATCH):
        chars = list(map(chr, points[start : start + BATCH]))
        text = "".join(context.format(char) for context in contexts for char in chars)
        expected = ways.oracle(text)
        assert table.count(text) == expected, f"table: among U+{points[start]:04X} and the {BATCH} code points behind"
        assert ways.bulk.count(text) == expected, (
            f"bulk: among U+{points[start]:04X} and the {BATCH} code points behind"
        )


def test_code_points_of_short_ranges(ways: Ways) -> None:
    points = [point for points in RANGES if len(points) < SHORT for point in points]
    assert len(points) > 15_000
    assert_equal(ways, points, CONTEXTS)


def test_code_points_of_long_ranges(ways: Ways) -> None:
    long = [points for points in RANGES if len(points) >= SHORT]
    assert sum(map(len, long)) > 1_000_000
    points = [point for points in long for point in (*points[:SHORT:STEP], *points[SHORT::STEP], points[-1])]
    assert_equal(ways, points, LONG)


def test_classes_are_those_of_tiktokens_regex_engine() -> None:
    every = "".join(map(chr, POINTS[0x80:]))
    single_bytes = {bytes([byte]): byte for byte in range(256)}
    for pattern, letters in {
        r"[\p{Lu}\p{Lt}]": "U",
        r"\p{Ll}": "ls",
        r"[\p{Lm}\p{Lo}]": "o",
        r"\p{M}": "M",
        r"\p{N}": "N",
        r"\p{P}": "P",
        r"\p{S}": "S",
        r"[^\p{L}\p{M}\p{N}\p{P}\p{S}\s]": "C",
        f"[{CJK}]": "J",
        r"\p{Han}": "H",
        r"(?i:[sdmtlver])": "s",
    }.items():
        stand_ins = "".join(
            sign
            for name, sign in split.STAND_INS.items()
            if (letters in "JH" and letters in name) or name[0] in letters
        )
        engine = tiktoken.Encoding("bytes", pat_str=pattern, mergeable_ranks=single_bytes, special_tokens={})
        matched = bytes(engine.encode_ordinary(every)).decode()
        ours = "".join(char for char in every if chr(CLASSES[ord(char)]) in stand_ins)
        assert matched == ours, pattern
    assert "".join(char for char in every if chr(CLASSES[ord(char)]) == split.SPACE) == "".join(
        char for char in every if re.fullmatch(r"\s", char) and char not in "\x1c\x1d\x1e\x1f"
    )


def test_python_knows_all_white_space() -> None:
    """What `bulk` relies on where it cuts text into chunks."""
    spaces = [chr(point) for point in POINTS[0x80:] if CLASSES[point] == ord(split.SPACE)]
    assert len(spaces) > 15
    assert all(map(str.isspace, spaces))
