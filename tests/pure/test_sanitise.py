"""Names that others chose, where they are shown: on terminals, in Markdown tables, in ASCII."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from llmcost_hooks.render.markdown import render_markdown
from llmcost_hooks.render.sanitise import MAX_NAME, ascii_symbols, markdown_name, terminal_name
from llmcost_hooks.render.text import render_text
from llmcost_hooks.report import Name, Report, Table

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])  # with raw HTML on, as nothing may become HTML
MARKUP = "|`*_~[]()<>#@!$%&\\:;{}^\"'+=-. \t\r\n/wWhHtTpPsSgGaA019"
HOSTILE = st.one_of(
    st.text(MARKUP, max_size=24),
    st.text(max_size=24),
    st.text(st.characters(categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs", "Mn"]), max_size=12),
    st.lists(
        st.sampled_from(
            ["</td>", "<script>", "<!--", "-->", "![x](y)", "[x](y)", "http://a.b", "www.a.b", "@ada", "#7", "GH-1",
             "a/b#1", "&lt;", "&#124;", "|", "\\|", "`", "``", "**", "~~", "\x1b[31m", "\u202e", "\u2066", "\ufeff",
             "\u200d", "\r", "\n", "\n\n", "\x85", "\u2028", "\udc9b", "\ud800", "---", "- ", "1. ", "    ", "$x$",
             "!7", "%1", '%"v 1"', "~bug", "~7", "$7", "&7", "*iteration:7", "[issue:7]", "a/b!7",
             ":smile:", "<a@b.c>", "<https://a.b>", "e\u0301"]
        ),
        max_size=6,
    ).map("".join),
)  # fmt: skip
REFERENCE = re.compile(r'[@#](?!\u200b)|[!&]\d|\$\d+(?!\d|[.,]\d)|[%~][\w"]|\*iteration:|\[\w+:')
BIDI = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")

SHOWN = frozenset(
    ["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm",
     "Sc", "Sk", "So"]
)  # fmt: skip


def harmless(text: str) -> bool:
    """Whether a terminal shows `text` as one line from left to right of where it began, and nothing else."""
    return all(char == " " or unicodedata.category(char) in SHOWN for char in text)


def test_every_character_is_harmless_on_a_terminal() -> None:
    for code in range(sys.maxunicode + 1):
        shown = terminal_name(chr(code))
        assert harmless(shown)
        assert len(shown) == 1 or re.fullmatch(r"\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\U[0-9a-f]{8}", shown)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("prompts/search.txt", "prompts/search.txt"),
        ("prompts/日本 é.txt", "prompts/日本 é.txt"),
        ("a\x1b[31mb\x07", "a\\x1b[31mb\\x07"),
        ("a\nb\r\tc", "a\\x0ab\\x0d\\x09c"),
        ("a\u202eb", "a\\u202eb"),
        ("a\U000e0041", "a\\U000e0041"),
        ("caf\udce9.txt", "caf\\xe9.txt"),  # a byte that is not UTF-8
        ("\ud800", "\\ud800"),
        ("\x9b", "\\x9b"),
        ("a\xa0b\u3000", "a\\xa0b\\u3000"),
        ("a" * MAX_NAME, "a" * MAX_NAME),
        ("a" * (MAX_NAME + 1), "a" * MAX_NAME + "…"),
    ],
)
def test_how_a_name_is_shown(name: str, shown: str) -> None:
    assert terminal_name(name) == shown


def test_a_limit_of_ones_own() -> None:
    assert terminal_name("abc", 2) == "ab…"
    assert terminal_name("\x1b" * 300, 300) == "\\x1b" * 300


# --- Markdown ---------------------------------------------------------------------------------------------------------


def cells(markdown: str) -> list[list[Token]]:
    """The inline tokens of every cell of the one table of a document."""
    tokens = PARSER.parse(markdown)
    assert [token.type for token in tokens].count("table_open") == 1
    inside = [n for n, token in enumerate(tokens) if token.type in ("th_open", "td_open")]
    return [tokens[n + 1].children or [] for n in inside]


NAMES = st.lists(HOSTILE, min_size=20, max_size=20)


@settings(max_examples=50)
@given(NAMES)
def test_1000_names_are_harmless_on_a_terminal_and_text_in_a_table(names: list[str]) -> None:
    check_table(names)


def check_table(names: list[str]) -> None:
    rows = tuple(((Name(name),), (Name(name), " of ", Name("x")), ("$1.00",)) for name in names)
    markdown = render_markdown(Report(("Names",), Table(("prompt_id", "Of", "Cost"), rows)))
    found = cells(markdown)
    assert len(found) == 3 * (len(names) + 1)
    for n, name in enumerate(names):
        content = "".join(token.content for token in found[3 * n + 3])
        assert all(token.type == "text" for cell in found[3 * n + 3 : 3 * n + 6] for token in cell)
        shown = terminal_name(name)
        assert harmless(shown)
        assert not BIDI.search(shown)
        assert content.replace("\u200b", "").strip() == shown.strip()
        assert not REFERENCE.search(content)  # nobody is mentioned, nothing is referred to
        assert found[3 * n + 5][0].content == "$1.00"
    assert not re.search(r"(?i)www\.|://|\bgh-\d|:[\w+-]+:|\$(?!1\.00)", markdown)


@settings(max_examples=300)
@given(HOSTILE, HOSTILE, HOSTILE)
@example("- a", "1. a", "- a")
@example("1.", "2) a", "1.")
@example("     a", "", "     a")
@example("---", "===", "- - -")
@example("> a", "+ a", "* a")
@example("1) a", "2)", "3) a")
@example(":-", "-:", ":-:")
@example("=", "==", ": a")
@example('"a"', "(a)", "'a'")
@example("{a}", "a_b_c", "_a_b_")
@example("ftp://a.b", "mailto:a@b.c", "xmpp:a@b.c")
def test_names_outside_of_tables_are_text_too(headline: str, line: str, note: str) -> None:
    markdown = render_markdown(
        Report(
            ("From ", Name(headline), " to ", Name(line)),
            below=(("Total of ", Name(line)),),
            sections=((("Problems of ", Name(note)), ((Name(note), ": wrong"),)),),
            unit=("Cost",),
            notes=((Name(note), " is a note"), ("about ", Name(headline))),
        )
    )
    kinds = [token.type for token in PARSER.parse(markdown)]
    item = ["list_item_open", "paragraph_open", "inline", "paragraph_close", "list_item_close"]
    assert kinds == [
        *["paragraph_open", "inline", "paragraph_close"] * 3, "bullet_list_open", *item, "bullet_list_close",
        "paragraph_open", "inline", "paragraph_close", "bullet_list_open", *item, *item, "bullet_list_close",
    ]  # fmt: skip
    inline = [child.type for token in PARSER.parse(markdown) for child in token.children or []]
    assert set(inline) <= {"text", "em_open", "em_close"}
    assert inline.count("em_open") == 1  # the unit


def test_names_that_people_use_stay_readable() -> None:
    for name in (
        "prompts/search-v2.txt",
        "feat/new-prompts",
        "summarize",
        "a b",
        "日本",
        "max_tokens",
        "a__b",
        "search (v2)",
        'it\'s "so"; 50 % + 1 = {x}, a > b? yes!',
        "prompts/x.md: 2 variables",
    ):
        assert markdown_name(name) == name
    assert markdown_name("www.x.y") == "www&#46;x&#46;y"
    assert markdown_name("GH-1") == "GH&#45;1"
    assert markdown_name("@ada") == "&#64;&#8203;ada"
    assert markdown_name("fix-#7") == "fix-&#35;&#8203;7"
    assert markdown_name("fix-!7 %20 ~bug") == "fix-!&#8203;7 %&#8203;20 &#126;&#8203;bug"
    assert markdown_name("$7 +$7.50 $x") == "&#36;&#8203;7 +&#36;7.50 &#36;x"
    assert markdown_name("&7 a&b ~ 5%") == "&#38;&#8203;7 a&#38;b &#126; 5%"
    assert markdown_name("_a_ b_") == "&#95;a&#95; b&#95;"
    assert markdown_name("日_本") == "日&#95;本"
    assert markdown_name(":a: b:") == "&#58;a: b&#58;"
    assert markdown_name("x-y:z") == "x-y&#58;z"
    assert markdown_name("f(x)[y]") == "f(x)&#91;y&#93;"
    assert markdown_name("+ a") == "&#43; a"
    assert markdown_name("> a") == "&#62; a"
    assert markdown_name("===") == "&#61;=="
    assert markdown_name("1) a") == "&#49;) a"
    assert markdown_name("-GH-1") == "&#45;GH&#45;1"
    assert markdown_name("- a") == "&#45; a"
    assert markdown_name("1. a") == "&#49;. a"
    assert markdown_name("1.5-a") == "1.5-a"
    assert markdown_name("") == ""


def test_a_long_name_is_cut_before_it_is_escaped() -> None:
    assert markdown_name("|" * 300) == "&#124;" * MAX_NAME + "…"


# --- a report as text -------------------------------------------------------------------------------------------------


@given(HOSTILE)
def test_a_name_never_makes_a_line_of_its_own(name: str) -> None:
    report = Report(
        (Name(name),),
        Table(("prompt_id",), (((Name(name),),),)),
        below=((Name(name),),),
        sections=((("Problems of ", Name(name)), ((Name(name),),)),),
        notes=((Name(name),),),
    )
    lines = render_text(report).split("\n")
    assert len(lines) == len(render_text(report._replace(headline=("x",), notes=(("x",),))).split("\n"))
    assert all(harmless(line) for line in lines)


@pytest.mark.parametrize(
    ("headline", "mark"), [("❌ no", "\x1b[31m"), ("✅ yes", "\x1b[32m"), ("⚠️ well", "\x1b[33m"), ("Cost", "")]
)
def test_colour_is_for_the_headline_and_what_is_beside_the_point(headline: str, mark: str) -> None:
    report = Report((headline,), below=(("Total",),), unit=("per month",), notes=(("one",),))
    assert render_text(report, color=True) == (
        f"\x1b[1m{mark}{headline}\x1b[0m\n\nTotal\n\n\x1b[2mper month\nnote: one\x1b[0m\n"
    )
    assert "\x1b" not in render_text(report)


def test_our_symbols_in_ascii() -> None:
    text = "📊 Cost Comparison: a → b\nΔ Cost — ≥ ~$1.00 ⚠️\n❌ no\n✅ yes\n• one ← largest…\n1.18 × o200k"
    assert ascii_symbols(text) == (
        "Cost Comparison: a -> b\ndelta Cost - >= ~$1.00 !\nx no\nok: yes\n* one <- largest...\n1.18 x o200k"
    )
    assert ascii_symbols("plain") == "plain"


def test_no_line_of_a_table_is_a_command_to_a_ci_service() -> None:
    name = Name("::error file=a::b")
    text = render_text(Report((name,), Table(("prompt_id",), (((name,),),)), notes=((Name("##[add-path]x"),),)))
    assert not re.search(r"(?m)^\s*::|##", text)
    assert text.count("\\x3a:error file=a::b") == 2
