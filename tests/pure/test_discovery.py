"""The built-in patterns: what is a prompt by its name, and what only looks like one."""

from __future__ import annotations

import pytest

from llmcost_hooks.prompts.discovery import EXCLUDE, INCLUDE
from llmcost_hooks.snapshot import Finder, Selection

FINDER = Finder(None, Selection())

# A pattern -> a path as real repositories have it.
FOUND = {
    "**/*.prompt": "examples/valid-greeting.prompt",
    "**/*.prompty": "src/api/contoso_chat/chat.prompty",
    "**/*.prompt.md": ".github/prompts/review this.prompt.md",
    "**/*.prompt.txt": "app/extract.prompt.txt",
    "**/*.prompt.yml": "src/lib/ai/translate.prompt.yml",
    "**/*.prompt.yaml": "Plugins/Writer/Poem.prompt.yaml",
    "**/*.prompt.j2": "src/answer.prompt.j2",
    "**/*[_-]prompt.jinja2": "contoso_chat/customer_prompt.jinja2",
    "**/skprompt.txt": "Plugins/FunPlugin/Joke/skprompt.txt",
    "**/patterns/*/system.md": "data/patterns/summarize/system.md",
    "**/baml_src/**/*.baml": "backend/baml_src/resume/extract.baml",
    "**/prompts/**/*.txt": "prompts/system.txt",
    "**/prompts/**/*.md": "crates/goose/src/prompts/plan.md",
    "**/prompts/**/*.j2": "src/pkg/prompts/a/system.j2",
    "**/prompts/**/*.jinja": "prompts/system.jinja",
    "**/prompts/**/*.jinja2": "prompts/system.jinja2",
    "**/prompts/**/*.hbs": "prompts/system.hbs",
    "**/prompts/**/*.handlebars": "src/prompts/chat/system.handlebars",
    "**/prompts/**/*.mustache": "prompts/system.mustache",
    "**/AGENTS.md": "AGENTS.md",
    "**/CLAUDE.md": "packages/web/CLAUDE.md",
    "**/GEMINI.md": "bazel/rules_dart/GEMINI.md",
    "**/SKILL.md": ".claude/skills/pdf/SKILL.md",
    "**/skills/*/*-prompt.md": "skills/writing-plans/plan-document-reviewer-prompt.md",
    "**/*.instructions.md": ".github/instructions/python.instructions.md",
    "**/*.agent.md": "agents/reviewer.agent.md",
    "**/*.chatmode.md": ".github/chatmodes/plan.chatmode.md",
    "**/*.mdc": ".cursor/rules/general.mdc",
    "**/copilot-instructions.md": ".github/copilot-instructions.md",
    "**/.github/agents/*.md": ".github/agents/tester.md",
    "**/.claude/agents/**/*.md": ".claude/agents/team/reviewer.md",
    "**/.claude/commands/**/*.md": "pkg/.claude/commands/fix/issue.md",
    "**/.claude/rules/**/*.md": ".claude/rules/testing.md",
    "**/.claude/output-styles/*.md": ".claude/output-styles/terse.md",
    "**/.cursorrules": ".cursorrules",
    "**/.cursor/commands/**/*.md": ".cursor/commands/commit.md",
    "**/.windsurfrules": "web/.windsurfrules",
    "**/.windsurf/rules/**/*.md": ".windsurf/rules/style.md",
    "**/.windsurf/workflows/**/*.md": ".windsurf/workflows/release.md",
    "**/.clinerules": ".clinerules",
    "**/.clinerules/**/*.md": ".clinerules/01-coding.md",
    "**/.opencode/agent/**/*.md": ".opencode/agent/docs.md",
    "**/.opencode/command/**/*.md": ".opencode/command/test.md",
    "**/.goosehints": ".goosehints",
    "**/microagents/**/*.md": ".openhands/microagents/repo.md",
}
# A path that is no prompt -> what it is.
LEFT = {
    "requirements.txt": "a list of packages",
    "prompts/requirements.txt": "the same where prompts are a package",
    "prompts/requirements-dev.txt": "the same",
    "prompts/constraints.txt": "the same",
    "src/prompts/CMakeLists.txt": "a build file",
    ".github/workflows/prompt-check.yml": "a CI workflow",
    ".github/workflows/test-prompts.yaml": "a CI workflow",
    ".github/ISSUE_TEMPLATE/new-prompt.md": "a form for people",
    "tests/cassettes/test_anthropic_cached_prompt_tokens.yaml": "a recorded answer of a server",
    "tests/prompts/cassettes/test_chat.txt": "the same below prompts",
    "tests/prompts/__snapshots__/system.txt": "an output that a test expects",
    "syntaxes/prompt.tmLanguage.json": "the grammar of an editor",
    "syntaxes/dotprompt.tmLanguage.json": "the same",
    "prompts/README.md": "for people",
    "prompts/README.zh-CN.md": "for people",
    "prompts/readme.md": "for people",
    "prompts/Readme.txt": "for people",
    "prompts/CHANGELOG.md": "for people",
    "prompts/CONTRIBUTING.md": "for people",
    "prompts/CODE_OF_CONDUCT.md": "for people",
    "prompts/SECURITY.md": "for people",
    "prompts/LICENSE.txt": "a licence",
    "prompts/LICENCE.md": "a licence",
    "prompts/models/OpenAI.json": "a table of prices",
    "test/prompts/models/OpenRouter.json": "the same",
    "prompts/functions/functions.json": "tools that a prompt names",
    "prompts/index.ts": "code",
    "prompts/__init__.py": "code",
    "aider/coders/editblock_prompts.py": "code: named as x.py::NAME in a manifest",
    "docs/prompts.md": "a design document",
    "docs/prompt-caching.md": "a design document",
    "docs/design/promptly.md": "a design document",
    "ks/01-prompt-language.md": "a design document",
    "ks/roles/prompt-engineer.md": "a design document",
    "docs/agents.md": "a manual",
    "docs/commands/diff.md": "a manual",
    "commands/list.md": "a manual",
    ".specstory/history/2026-01-01_12-00-a-chat.md": "a recorded conversation",
    ".specstory/history/prompts/x.md": "the same",
    "home/.cargo/registry/src/index/tool-1.0/AGENTS.md": "a vendored registry",
    "node_modules/tool/prompts/system.md": "vendored",
    "vendor/tool/CLAUDE.md": "vendored",
    "third_party/tool/SKILL.md": "vendored",
    ".venv/lib/python3.12/site-packages/langchain/prompts/base.txt": "vendored",
    "lib/site-packages/langchain/prompts/base.txt": "vendored",
    "data/patterns/summarize/user.md": "sent with its system.md",
    "data/patterns/summarize/README.md": "for people",
    "patterns/system.md": "a document on a pattern",
    "src/patterns/observer.md": "a document on a pattern",
    "examples/_header.prompt": "a part that other prompts include",
    "baml_src/clients.baml": "settings of BAML",
    "baml_src/generators.baml": "settings of BAML",
    "schema/main.baml": "not where BAML looks for functions",
    ".gemini/commands/fix.toml": "TOML, which no reader knows yet",
    ".claude/settings.json": "settings",
    ".claude/hooks/check.sh": "code",
    ".cursor/mcp.json": "settings",
    "skills/pdf/reference.md": "read on demand",
    "skills/pdf/scripts/fill.py": "code",
    "Plugins/FunPlugin/Joke/config.json": "settings of its skprompt.txt",
    "promptfooconfig.yaml": "tests of prompts",
    "evals/data.jsonl": "data",
    "config.prompts": "another ending",
    "roles/shell/templates/bash_prompt.j2": "the prompt of a shell",
    "docs/how-to-prompt.md": "a manual",
    "prompt.md": "a document, as often as not",
    "prompt.txt": "a document, as often as not",
    "prompt_utils.md": "a document",
    "llm-cost.toml": "ours",
    ".gitattributes": "git's",
}


@pytest.mark.parametrize("pattern", INCLUDE)
def test_every_pattern_finds_what_it_is_for(pattern: str) -> None:
    path = FOUND[pattern]
    assert Finder(None, Selection(include=(pattern,))).finds(path)
    assert FINDER.finds(path)
    assert FINDER.finds(f"some/where/{path}")


def test_every_path_that_is_found_has_its_pattern() -> None:
    assert list(FOUND) == list(INCLUDE)


@pytest.mark.parametrize(("path", "what"), LEFT.items())
def test_what_only_looks_like_a_prompt_is_left(path: str, what: str) -> None:
    assert what
    assert not FINDER.finds(path)


def test_every_exclusion_is_needed() -> None:
    """Each of them keeps out something of LEFT that a pattern would find, and nothing of FOUND."""
    included = Finder(None, Selection(include=INCLUDE))
    for pattern in EXCLUDE:
        excluded = Finder(None, Selection(include=(pattern,)))
        assert any(excluded.finds(path) and included.finds(path) for path in LEFT), pattern
        assert not any(excluded.finds(path) for path in FOUND.values())
