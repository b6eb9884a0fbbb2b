"""Markdown for agents: which file is read how, arguments of commands, imports of CLAUDE.md, patterns of fabric."""

from __future__ import annotations

import pytest

from llmcost_hooks.prompts import format_of
from llmcost_hooks.prompts.agent_files import MAX_IMPORTS
from llmcost_hooks.prompts.nodes import Include, Nodes, Variable

from .reading import bodies, read, refusal, seconds


@pytest.mark.parametrize(
    ("path", "format"),
    [
        ("AGENTS.md", "agent"),
        ("x/y/agents.md", "agent"),
        ("GEMINI.md", "agent"),
        ("skills/pdf/SKILL.md", "agent"),
        ("a.instructions.md", "agent"),
        ("a.agent.md", "agent"),
        ("a.chatmode.md", "agent"),
        (".cursor/rules/a.mdc", "agent"),
        (".github/copilot-instructions.md", "agent"),
        (".cursorrules", "agent"),
        ("x/.windsurfrules", "agent"),
        (".clinerules", "agent"),
        (".clinerules/a.md", "agent"),
        (".claude/agents/a.md", "agent"),
        ("agents/x.md", "agent"),
        ("skills/pdf/references/forms.md", "agent"),
        ("microagents/a.md", "agent"),
        ("CLAUDE.md", "claude-md"),
        ("x/CLAUDE.md", "claude-md"),
        ("CLAUDE.local.md", "claude-md"),
        (".claude/commands/a.md", "command"),
        (".claude/commands/x/a.md", "command"),
        ("plugins/p/commands/a.md", "command"),
        ("templates/commands/a.md", "command"),
        (".codex/prompts/a.md", "command"),
        ("data/patterns/p/system.md", "fabric"),
        ("patterns/p/system.md", "fabric"),
        ("patterns/p/q/system.md", "front-matter"),
        ("patterns/p/user.md", "front-matter"),
        ("p/system.md", "front-matter"),
        ("patterns/system.md", "front-matter"),
        (".github/prompts/a.prompt.md", "front-matter"),
        (".claude/commands/a.prompt.md", "front-matter"),
        ("prompts/a.md", "front-matter"),
        ("README.md", "front-matter"),
        ("myagents.md", "front-matter"),
        ("claude.md.txt", "text"),
        ("prompts/agents/a.md", "front-matter"),
        ("prompts/commands/a.md", "front-matter"),
        (".claude/prompts/a.md", "agent"),
        ("docs/command/a.md", "front-matter"),
        ("x.cursorrules", "text"),
    ],
)
def test_a_path_says_how_much_is_template(path: str, format: str) -> None:
    assert format_of(path) == format


@pytest.mark.parametrize(
    "text", ["{{x}} {% if %} {y} <!-- z --> ![a](b.png) $ARGUMENTS @a.md", "{{#x}}", "---\n", "\r\n\u2028é"]
)
def test_marks_in_a_file_for_agents_are_text(text: str) -> None:
    assert bodies(read(f"---\nname: x\nmodel: opus\n---\n{text}", "agent")) == [(None, (text,))]
    assert read(f"---\nname: x\nmodel: opus\n---\n{text}", "agent").model == "opus"


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("a $ARGUMENTS b", ("a ", Variable("ARGUMENTS"), " b")),
        ("$1$2", (Variable("1"), Variable("2"))),
        ("$ARGUMENTS[0]", (Variable("ARGUMENTS"), "[0]")),
        ("$10 $0 $ARGUMENTSX $arguments ${1} $ $$", ("$10 $0 $ARGUMENTSX $arguments ${1} $ $$",)),
        ("costs $3.50 or $1,000", ("costs $3.50 or $1,000",)),
        ("do $1. Then $2, please", ("do ", Variable("1"), ". Then ", Variable("2"), ", please")),
        ("{{x}} <!-- $1 -->", ("{{x}} <!-- ", Variable("1"), " -->")),
        ("", ()),
        ("now !`git status --short`, of $1", ("now ", Variable("!git"), ", of ", Variable("1"))),
        ("now `!git` and x!`git`", ("now `!git` and x!`git`",)),
        ("read @docs/a.md.", ("read @docs/a.md", Include("docs/a.md", optional=True, format="literal"), ".")),
        ("look at @logo.PNG", ("look at @logo.PNG",)),
    ],
)
def test_what_is_put_into_a_command(text: str, body: Nodes) -> None:
    assert bodies(read(text, "command")) == [(None, body)]


def test_a_file_has_at_most_so_many_imports() -> None:
    assert len(imported("@a.md\n" * MAX_IMPORTS)) == MAX_IMPORTS
    assert (
        refusal("@a.md\n" * (MAX_IMPORTS + 1), "claude-md") == "holds more than 1,000 imports (line 1001 of its text)"
    )


def imported(text: str) -> list[str]:
    return [node.ref for node in read(text, "claude-md").messages[0].body if isinstance(node, Include)]


@pytest.mark.parametrize(
    ("text", "refs"),
    [
        ("@a.md", ["a.md"]),
        ("see @docs/a.md and @./b.md, @../c.md.", ["docs/a.md", "./b.md", "../c.md"]),
        ("- @a.md#part\n- (@no.md) x@y.example", ["a.md"]),
        ("`@a.md` and ``@b.md ` c`` @d.md", ["d.md"]),
        ("` @a.md", ["a.md"]),
        ("`` ` @a.md ``@b.md", []),
        ("```\n@a.md\n```\n@b.md", ["b.md"]),
        ("```\n@a.md", []),
        ("~~~ sh\n@a.md\n```\n@b.md\n~~~\n@c.md", ["c.md"]),
        ("````\n```\n@a.md\n````\n@b.md", ["b.md"]),
        ("```\n@a.md\n``` x\n@b.md\n```\n@c.md", ["c.md"]),
        ("    ```\n@a.md", ["a.md"]),
        ("@ @@a @#x @. @~/x.md", []),
        ("---\nmodel: x\n---\n@a.md", ["a.md"]),
    ],
)
def test_imports(text: str, refs: list[str]) -> None:
    assert imported(text) == refs


def test_an_import_stands_behind_its_mention() -> None:
    include = Include("a.md", optional=True, format="claude-md")
    assert bodies(read("see @a.md.\n", "claude-md")) == [(None, ("see @a.md", include, ".\n"))]


def test_a_pattern() -> None:
    user = ("user", (Include("user.md", optional=True, format="text"), Variable("input")))
    assert bodies(read("# IDENTITY\n", "fabric")) == [("system", ("# IDENTITY\n",)), user]


@pytest.mark.parametrize(
    "text",
    ["`" * 1_125_000, "` `` " * 187_500, "".join("`" * n + " " for n in range(1, 1500)), "@a " * 125_000,
     "@" * 1_125_000, "```\n" * 250_000, "$1" * 187_500, "$" * 1_125_000, "@a`" * 187_500, " " * 1_125_000],
    ids=lambda text: repr(text[:12]),
)  # fmt: skip
def test_large_files_take_no_longer_than_their_size(text: str) -> None:
    assert max(seconds(text, "command"), seconds(text, "claude-md")) < 3
