"""Prompt files: what is sent, what the file says of model and output size, and nothing raised but ParseError."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from llmcost_hooks.errors import ConfigError, ParseError
from llmcost_hooks.prompts import FORMATS, MAX_BYTES, Message, Prompt, format_of, parse_prompt, plain
from llmcost_hooks.prompts.declared import declared_cap, declared_model, positive
from llmcost_hooks.prompts.discovery import EXCLUDE, INCLUDE
from llmcost_hooks.prompts.front_matter import MAX_BLOCK
from llmcost_hooks.prompts.nodes import texts
from llmcost_hooks.prompts.yaml_text import MAX_DEPTH, parse_yaml

from ..pace import quiet_seconds
from ..repos import Repo


def parse(text: str, path: str = "a.md", format: str | None = None) -> Prompt:
    return parse_prompt(text.encode(), path=path, format=format)


def refusal(data: bytes | str, path: str = "a.md") -> tuple[str, str]:
    with pytest.raises(ParseError) as caught:
        parse_prompt(data.encode() if isinstance(data, str) else data, path=path)
    return caught.value.message, caught.value.hint


# --- bytes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "message", "hint"),
    [
        (b"a\0b", "is binary (NUL byte at offset 1)", "Exclude it, or save the prompt as UTF-8 text."),
        (b"caf\xe9", "is not UTF-8 (byte at offset 3)", "Save the prompt as UTF-8 text."),
        (b"\xed\xa0\x80", "is not UTF-8 (byte at offset 0)", "Save the prompt as UTF-8 text."),
        (b"h\0i\0", "is binary (NUL byte at offset 1)", "Exclude it, or save the prompt as UTF-8 text."),
        (b"x" * (MAX_BYTES + 1), "has 10,000,001 bytes; a prompt may have 10,000,000",
         "Exclude it if it is not a prompt."),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
         "is a Git LFS pointer, not the prompt itself", "Keep prompts out of LFS, or exclude the file."),
    ],
)  # fmt: skip
def test_bytes_that_are_no_text(data: bytes, message: str, hint: str) -> None:
    for path in ("a.txt", "a.md", "a.prompt.yml"):
        assert refusal(data, path) == (message, hint)


def test_text_about_lfs_is_text() -> None:
    about = "version https://git-lfs.github.com/spec/v1\n" + "x" * 1024
    assert parse(about, "a.txt") == plain(about)
    assert parse(" version https://git-lfs.github.com/spec/v1", "a.txt") == plain(
        " version https://git-lfs.github.com/spec/v1"
    )


@pytest.mark.parametrize("text", ["", "\ufeff", "\r\n", "a" * 1000, "---", "---\n", "é\u2028\x1b"])
def test_text_is_sent_as_it_stands(text: str) -> None:
    assert parse(text, "a.txt") == plain(text)
    assert parse(text, "a.md") == plain(text)


def test_the_largest_prompt() -> None:
    assert parse("x" * MAX_BYTES, "a.txt") == plain("x" * MAX_BYTES)


@pytest.mark.parametrize(
    ("path", "format"),
    [("a", "text"), ("a.txt", "text"), ("x.md/a.j2", "jinja2"), ("a.yml", "text"), ("md", "text"),
     ("a.md", "front-matter"), ("A.MD", "front-matter"), (".md", "front-matter"), ("a.mdc", "agent"),
     ("a.prompty", "prompty"), ("a.prompt.md", "front-matter"), ("x/SKILL.md", "agent"),
     ("a.prompt", "dotprompt"), ("x/a.prompt.yml", "github-models"), ("a.prompt.yaml", "github-models"),
     ("x/y.jinja2", "jinja2"), ("a.jinja", "jinja2"), ("a.hbs", "handlebars"), ("a.handlebars", "handlebars"),
     ("a.mustache", "mustache"), ("p/f/skprompt.txt", "semantic-kernel"), ("promptfooconfig.yaml", "promptfoo"),
     ("e/promptfooconfig.yml", "promptfoo")],
)  # fmt: skip
def test_a_name_says_the_format(path: str, format: str) -> None:
    assert format_of(path) == format
    assert format in FORMATS


def test_a_stated_format_is_above_the_name() -> None:
    block = "---\nmodel: x\n---\nhi"
    assert parse(block, "a.md", "text") == plain(block)
    assert parse(block, "a.txt", "front-matter") == plain("hi")._replace(model="x", not_sent=("front matter",))
    with pytest.raises(ConfigError, match='unknown format "nonsense"') as caught:
        parse(block, "a.md", "nonsense")
    assert caught.value.hint == f"Known formats: {', '.join(FORMATS)}."


# --- front matter -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "body", "model", "cap"),
    [
        ("---\n---\nhi", "hi", None, None),
        ("---\n---", "", None, None),
        ("---\nmodel: gpt-4o\n---\nhi\n---\nmore", "hi\n---\nmore", "gpt-4o", None),
        ("--- \t\r\nmodel: gpt-4o\r\n---\r\nhi", "hi", "gpt-4o", None),
        ("\ufeff---\nmodel: gpt-4o\n---\nhi", "hi", "gpt-4o", None),
        ("---\nmodel: gpt-4o\nmax_tokens: 50\n---", "", "gpt-4o", 50),
        ("---\nmodel:\n  id: m\n  parameters:\n    max_tokens: 7\n---\n", "", "m", 7),
        ("---\nmodel:\n  name: m\n  options:\n    max_output_tokens: 7\n---\n", "", "m", 7),
        ("---\nmodel:\n  configuration:\n    azure_deployment: d\n    name: n\n---\n", "", "n", None),
        ("---\nmodel:\n  configuration:\n    azure_deployment: d\n---\n", "", None, None),
        ("---\nmodel:\n  configuration:\n    model: m\n---\n", "", "m", None),
        ("---\nconfig:\n  maxOutputTokens: 9\n---\n", "", None, 9),
        ("---\nparameters:\n  max_completion_tokens: 9\n---\n", "", None, 9),
        ("---\nmodelParameters:\n  maxTokens: '9'\n---\n", "", None, 9),
        ("---\nmodel: inherit\n---\nhi", "hi", None, None),
        ("---\nmodel: Null\n---\nhi", "hi", None, None),
        ("---\nmodel: ~\n---\nhi", "hi", None, None),
        ("---\nmodel: ${env:MODEL}\n---\nhi", "hi", None, None),
        ("---\nmodel: '{{model}}'\n---\nhi", "hi", None, None),
        ("---\nmodel: [a, b]\n---\nhi", "hi", None, None),
        ("---\nmodel: ''\n---\nhi", "hi", None, None),
        ("---\nmodel: " + "m" * 129 + "\n---\nhi", "hi", None, None),
        ('---\nmodel: "a\\x1b[31m"\n---\nhi', "hi", None, None),
        ('---\nmodel: "a\\0b"\n---\nhi', "hi", None, None),
        ("---\nmax_tokens: 0\n---\nhi", "hi", None, None),
        ("---\nmax_tokens: -5\n---\nhi", "hi", None, None),
        ("---\nmax_tokens: 1e3\n---\nhi", "hi", None, None),
        ("---\nmax_tokens: ٣\n---\nhi", "hi", None, None),
        ("---\nname: x\n---\nhi", "hi", None, None),
        ("--- x\n---\nhi", "--- x\n---\nhi", None, None),
        ("\n---\nmodel: x\n---\nhi", "\n---\nmodel: x\n---\nhi", None, None),
        ("---\nmodel: x\n ---\nhi", "---\nmodel: x\n ---\nhi", None, None),
        ("---\nmodel: x\n----\nhi", "---\nmodel: x\n----\nhi", None, None),
        # two rules with prose between them
        ("---\nHello, my model.\n---\nhi", "---\nHello, my model.\n---\nhi", None, None),
        ("---\nhttps://model.example\n---\nhi", "---\nhttps://model.example\n---\nhi", None, None),
        ("---\n# a comment\n\nmodel: x\n---\nhi", "hi", "x", None),
        ('---\n"model" : x\n---\nhi', "hi", "x", None),
        ("---\n{model: x}\n---\nhi", "hi", "x", None),
        ("---\nmy key: 1\nmodel: x\n---\nhi", "hi", "x", None),
        # not valid YAML: read by line
        ("---\nglobs: **/*.ts\nmodel: gpt-4o # best\n---\nhi", "hi", "gpt-4o", None),
        ("---\nglobs: **/*.ts\nmodel: 'gpt-4o'\nmaxTokens: 12\n---\nhi", "hi", "gpt-4o", 12),
        ("---\nglobs: *\n  model: nested\n---\nhi", "hi", None, None),
        ("---\na: &x 1\nb: *x\nmodel: gpt-4o\n---\nhi", "hi", "gpt-4o", None),
        ("---\nmodel: a\nmodel: b\n---\nhi", "hi", "b", None),
    ],
)
def test_a_leading_block_is_read_and_not_sent(text: str, body: str, model: str | None, cap: int | None) -> None:
    not_sent = ("front matter",) if body != text else ()
    assert parse(text) == plain(body)._replace(model=model, output_cap=cap, not_sent=not_sent)


def test_a_block_has_a_limit() -> None:
    filler = "#" * (MAX_BLOCK - len("model: x\n\n"))
    read = plain("hi")._replace(model="x", not_sent=("front matter",))
    assert parse(f"---\nmodel: x\n{filler}\n---\nhi") == read
    longer = f"---\nmodel: x\n{filler}##\n---\nhi"
    assert parse(longer) == plain(longer)


def test_a_rule_across_the_limit_does_not_end_the_block() -> None:
    """The text up to the limit ends in `---`, but the line does not."""
    text = "---\nmodel: x\n" + "#" * (MAX_BLOCK - len("model: x\n\n---")) + "\n----------\nrest\n---\nhi"
    assert parse(text) == plain(text)


def test_comments_may_stand_before_a_dotprompt() -> None:
    text = "# licence\n\n  \r\n#\n---\nmodel: gpt-4o\n---\nhi"
    assert parse(text, "a.prompt") == plain("hi")._replace(model="gpt-4o", not_sent=("front matter", "comments"))
    assert parse(text, "a.md") == plain(text)
    assert parse("# only\n", "a.prompt") == plain("# only\n")


# --- GitHub Models ----------------------------------------------------------------------------------------------------


def test_messages() -> None:
    text = (
        "name: x\nmodel: openai/gpt-4o\nmodelParameters:\n  max_tokens: 99\nmessages:\n  - role: system\n"
        "    content: |\n"
        "      Hello\n      you\n  - content: 'yes'\ntestData:\n  - input: not sent\n"
    )
    assert parse(text, "a.prompt.yml") == Prompt(
        (Message("system", ("Hello\nyou\n",)), Message("user", ("yes",))), (), "openai/gpt-4o", 99,
        {"input": "not sent"}, ("testData",),
    )  # fmt: skip


@pytest.mark.parametrize("text", ["just text", "- a\n- b", "name: x", "a: 1\nb: 2"])
def test_yaml_without_messages_is_sent_as_it_stands(text: str) -> None:
    assert parse(text, "a.prompt.yml") == plain(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not valid YAML: line 1: it holds no document"),
        ("# nothing", "is not valid YAML: line 1: it holds no document"),
        ("messages: x", "has `messages` that are not a list of messages with role and content"),
        ("messages: [x]", "has `messages` that are not a list of messages with role and content"),
        ("messages: {a: b}", "has `messages` that are not a list of messages with role and content"),
        ("messages: []", "has no messages, or one without a text as its `content`"),
        ("messages:\n- content: [a]", "has no messages, or one without a text as its `content`"),
        ("messages:\n- role: user", "has no messages, or one without a text as its `content`"),
        ("messages: []\n---\nmessages: []", "has more than one YAML document (line 2)"),
        ("a: [\n\n", "is not valid YAML: line 3: did not find expected node content"),
        ("a: b\n c: d", "is not valid YAML: line 2: mapping values are not allowed in this context"),
        ("a: &x 1", "uses a YAML anchor or alias (line 1), which is not read"),
        ("a: 1\nb: *x", "uses a YAML anchor or alias (line 2), which is not read"),
        ("a: 1\na: 2", "has a duplicate or structured key (line 2)"),
        ("a: 1\n? [a]\n: 2", "has a duplicate or structured key (line 2)"),
        ("a: \x01", "is not valid YAML: line 1: control characters are not allowed"),
        ("é: é\nb: x\x80\n", "is not valid YAML: line 2: control characters are not allowed"),
        ("[" * 40 + "]" * 40, "is nested too deeply (line 1)"),
        ("- x\n" * 100_000, "holds too many values (line 50000)"),
    ],
)
def test_yaml_that_is_not_read(text: str, message: str) -> None:
    found, _ = refusal(text, "a.prompt.yml")
    if message.startswith("is not valid YAML: "):  # the rest are the parser's words
        message = message[: message.index(":", 18)]
    assert found.startswith(message)


def test_refusals_name_places_and_never_text() -> None:
    for text in (
        "secret: &secret secret",
        "secret: secret\nsecret: secret",
        "messages: secret",
        "secret: [secret",
        "\x01secret",
    ):
        assert "secret" not in refusal(text, "a.prompt.yml")[0]


def test_depth_is_limited_not_forbidden() -> None:
    assert parse_yaml("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    with pytest.raises(ParseError):
        parse_yaml("[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2))


SCALAR = st.text("abz 0.:#-'\"{}[]&*!|>%@é\n", max_size=8)
TREE = st.recursive(
    SCALAR,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(SCALAR, inner, max_size=3)),
    max_leaves=8,
)


@given(TREE)
def test_yaml_is_read_as_written(tree: object) -> None:
    """PyYAML writes texts so that they stay texts: what it wrote is read back."""
    assert parse_yaml(yaml.safe_dump(tree, allow_unicode=True)) == tree


# --- laws -------------------------------------------------------------------------------------------------------------

PIECES = st.lists(
    st.sampled_from(["---\n", "---", "\n", "model: gpt-4o\n", "max_tokens: 5\n", "messages:\n", "- role: user\n", "#",
                     " ", "  content: hi\n", "a: &b c\n", "*b", "[", "{", "'", '"', "|\n", "\ufeff", "\0", "é",
                     "\r\n", "? ", "!!binary "]),
    max_size=14,
)  # fmt: skip


@settings(max_examples=500)
@given(st.one_of(st.binary(max_size=80), PIECES.map(lambda pieces: "".join(pieces).encode())))
@example(b"---\nmodel: !!python/object:os.system x\n---\n")
@example(b"%YAML 9.9\n---\nmessages: []")
@example(b"--- !!binary\n...\n")
@example(b"messages: []\n---\nmessages: x")
def test_any_bytes_are_a_prompt_or_a_parse_error(data: bytes) -> None:
    for path in ("a.txt", "a.md", "a.prompt", "a.prompt.yml"):
        try:
            prompt = parse_prompt(data, path=path)
        except ParseError as error:
            assert error.message.startswith(("is ", "has ", "uses "))
            continue
        assert prompt.output_cap is None or prompt.output_cap > 0
        assert prompt.model is None or (prompt.model.isprintable() and 0 < len(prompt.model) <= 128)
        assert sum(len(text) for message in prompt.messages for text in texts(message.body)) <= len(data)


@given(st.text(max_size=60))
def test_a_block_never_eats_the_text_behind_it(body: str) -> None:
    body = body.replace("\0", "")
    assert parse(f"---\nname: x\n---\n{body}", "AGENTS.md") == plain(body)._replace(not_sent=("front matter",))
    assert parse(body, "a.txt", "literal") == plain(body)


@pytest.mark.parametrize(
    "text",
    ["---\n" + "\n" * 9_900_000, "\n" * 9_900_000, " \n" * 4_900_000, "#\n" * 4_900_000, "#" * 9_900_000,
     "---\nmodel: a\n" + "x: y\n" * 1_900_000, "---\nmodel: {" + "{" * 16_000 + "\n---\n", "---\nmax" + " " * 9_900_000,
     "---\nmodel" + " :" * 8000 + "\n---\n", "---\na" + " " * 16_000 + "\n---\n", "---\n" + "a " * 8000 + "\n---\n",
     "- " * 4_900_000, "a: " * 3_000_000, "'" * 9_900_000, "[" * 9_900_000, "messages:\n" + "- content: x\n" * 700_000],
    ids=lambda text: repr(text[:12]),
)  # fmt: skip
@pytest.mark.parametrize("path", ["a.md", "a.prompt", "a.prompt.yml"])
def test_nothing_makes_a_large_file_slow(text: str, path: str) -> None:
    def work() -> None:
        try:
            parse(text, path)
        except ParseError as error:
            assert len(error.message) < 200

    assert quiet_seconds(work, times=1) < 1.5


# --- what a file declares ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, "text", [], {}, {"model": {}}, {"model": {"id": []}}, {"config": "x"}])
def test_facts_of_another_shape_declare_nothing(value: object) -> None:
    assert declared_model(value) is None
    assert declared_cap(value) is None


@pytest.mark.parametrize(
    ("value", "number"),
    [("1", 1), (" 12 ", 12), ("0", None), ("007", 7), ("", None), ("1.0", None), ("+1", None), ("²", None),
     ("9" * 12, None),
     (5, None), (None, None), (True, None)],
)  # fmt: skip
def test_positive(value: object, number: int | None) -> None:
    assert positive(value) == number


def test_the_built_in_patterns_mean_the_same_to_git(tmp_path: Path) -> None:
    """Each finds something here, so that none is a misspelt one."""
    repo = Repo.init(tmp_path)
    for n, pattern in enumerate((*INCLUDE, *EXCLUDE)):
        path = f"{n}/" + re.sub(r"\[(.)[^]]*\]", r"\1", pattern.replace("**/", "")).replace("*", "n")
        repo.write(path.removesuffix("/**") + ("/f" if path.endswith("/**") else ""), "")
    repo.git("add", "--all")
    for pattern in (*INCLUDE, *EXCLUDE):
        assert repo.git("ls-files", f":(glob){pattern}"), pattern
