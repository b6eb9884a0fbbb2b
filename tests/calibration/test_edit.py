"""Values set in a manifest: just what was asked for, and every other byte stays."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmcost_hooks.errors import ConfigError
from llmcost_hooks.manifest import parse_manifest
from llmcost_hooks.manifest_values_edit import NewValue, set_values
from llmcost_hooks.prices.own import OwnRatio

TEXT = """version = 1  # ours

[defaults]
model = "gpt-4o"   # the one
output_ratio = 0.10

[[prompts]]
path = "a.md"
prompt_id = "a"
tags = { team = "x" }
cache_hit_ratio = 0.6   # a guess

# the second one
[[prompts]]
  path = "b.md"
  prompt_id = "b"
"""


def test_a_value_is_replaced_and_its_comment_stays() -> None:
    found = set_values(TEXT, [NewValue("a", "cache_hit_ratio", Decimal("0.28"))])
    assert found == TEXT.replace("0.6   # a guess", "0.28   # a guess")


def test_a_new_key_goes_to_its_entry() -> None:
    values = [NewValue("b", "avg_input_tokens", 1450), NewValue("b", "scenario", "cached")]
    assert set_values(TEXT, values) == TEXT + '  avg_input_tokens = 1450\n  scenario = "cached"\n'
    assert set_values(TEXT, [NewValue(None, "cache_hit_ratio", Decimal("0.3"))]) == TEXT.replace(
        "output_ratio = 0.10\n", "output_ratio = 0.10\ncache_hit_ratio = 0.3\n"
    )


def test_a_ratio_of_tokens_gets_its_table_and_is_replaced_there() -> None:
    ratio = OwnRatio("claude-sonnet-4-5", Decimal("1.2"), Decimal("1.3"), Decimal("1.4"), date(2026, 11, 26))
    once = set_values(TEXT, [], [ratio])
    assert once.startswith(TEXT) and once.count("[tokens.claude-sonnet-4-5]") == 1
    twice = set_values(once, [], [ratio._replace(typical=Decimal("1.31"))])
    assert twice == once.replace("ratio = 1.3\n", "ratio = 1.31\n")


def test_windows_lines_and_a_missing_last_line_end() -> None:
    windows = TEXT.replace("\n", "\r\n")
    found = set_values(windows, [NewValue("a", "cache_hit_ratio", Decimal("0.28")), NewValue("b", "output_tokens", 5)])
    assert found == windows.replace("0.6   #", "0.28   #") + "  output_tokens = 5\r\n"
    assert set_values(TEXT.rstrip("\n"), [NewValue("b", "output_tokens", 5)]).endswith('"b"\n  output_tokens = 5')


def test_a_form_that_lines_do_not_tell_apart_is_left_to_a_person() -> None:
    text = 'version = 1\nprompts = [{ path = "a.md", prompt_id = "a" }]\n'
    with pytest.raises(ConfigError) as raised:
        set_values(text, [NewValue("a", "cache_hit_ratio", Decimal("0.28"))])
    assert "It is unchanged" in raised.value.message
    assert raised.value.hint == "Write by hand:\na: cache_hit_ratio = 0.28"


def _is_plain(text: str) -> bool:
    """Three quotes in a comment are taken for the begin of a text of several lines: nothing is written then."""
    return "'''" not in text and '"""' not in text


comments = st.text("ab #'\"[]=", max_size=8).filter(_is_plain).map(lambda text: f"# {text}")


@settings(max_examples=60)
@given(st.lists(st.tuples(comments, st.booleans()), max_size=4), st.decimals(0, 1, places=3), st.booleans())
def test_other_lines_stay_to_the_letter(extra: list[tuple[str, bool]], value: Decimal, has_ratio: bool) -> None:
    lines = ["version = 1"]
    for number, (comment, tagged) in enumerate(extra):
        lines += [comment, "[[prompts]]", f'path = "p{number}.md" {comment}', f'prompt_id = "p{number}"']
        lines += ['tags = { a = "b" }'] if tagged else []
        lines += [f"output_ratio = 0.5 {comment}"] if has_ratio else []
    text = "\n".join(lines) + "\n"
    for number in range(len(extra)):
        found = set_values(text, [NewValue(f"p{number}", "output_ratio", value)])
        parsed = parse_manifest(found.encode()).prompts[number]
        assert parsed.assumptions.output_ratio == value
        old, new = text.split("\n"), found.split("\n")
        changed = [line for line in new if line not in old]
        assert len(changed) <= 1 and len(new) - len(old) == (0 if has_ratio else 1)
