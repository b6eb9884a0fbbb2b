"""Names that wish us ill, in everything that shows names. Exit code 1 where one of them is more than text.

    python -m tools.check_names [--names N]

N names in each place (default 20,000); the checks are those of the tests, which have 1,000. It takes a minute.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.pure import hostile, test_comment, test_formats, test_sanitise

SETTINGS = settings(database=None, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])


def generated(names: int, each: int, check: Callable[..., None], *given_by: st.SearchStrategy[object]) -> None:
    """Run `check` on as many examples, of `each` names, as have that many names."""
    settings(SETTINGS, max_examples=-(-names // each))(given(*given_by)(check))()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=20_000)
    names: int = parser.parse_args().names
    seeds = range(-(-names // hostile.NAMES))
    checks: dict[str, Callable[[], None]] = {
        "comment": lambda: generated(names, 40, test_comment.check_comment, *test_comment.NAMES),
        "terminal, table of Markdown": lambda: generated(names, 20, test_sanitise.check_table, test_sanitise.NAMES),
        **{form: partial(test_formats.check_format, form, seeds) for form in test_formats.OUTLINES},
    }
    failed = 0
    for place, check in checks.items():
        try:
            check()
        except AssertionError as error:
            failed += 1
            print(f"{place}: {error}")
        else:
            print(f"{place}: {names:,} names are text")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
