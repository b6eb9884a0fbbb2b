"""Where prompts live when no manifest says so: names that are prompts in nearly every repository that has them.

Kept narrow on purpose. `prompts/**/*.json` and `*prompt*.yml` catch price tables and CI files more often than prompts,
`commands/**/*.md` the manual of a program; a manifest's [discover] and `llmcost` in `.gitattributes` add what a
project has beyond these.
"""

from __future__ import annotations

_BY_NAME = (
    "**/*.prompt",
    "**/*.prompty",
    "**/*.prompt.md",
    "**/*.prompt.txt",
    "**/*.prompt.yml",
    "**/*.prompt.yaml",
    "**/*.prompt.j2",
    "**/*[_-]prompt.jinja2",  # with .j2 it is as often the prompt of a shell
    "**/skprompt.txt",
    "**/patterns/*/system.md",  # with its user.md, which is no prompt of its own
    "**/baml_src/**/*.baml",
)
_IN_PROMPTS = tuple(
    f"**/prompts/**/*.{ending}" for ending in ("txt", "md", "j2", "jinja", "jinja2", "hbs", "handlebars", "mustache")
)
_FOR_AGENTS = (
    "**/AGENTS.md",
    "**/CLAUDE.md",
    "**/GEMINI.md",
    "**/SKILL.md",
    "**/skills/*/*-prompt.md",
    "**/*.instructions.md",
    "**/*.agent.md",
    "**/*.chatmode.md",
    "**/*.mdc",
    "**/copilot-instructions.md",
    "**/.github/agents/*.md",
    "**/.claude/agents/**/*.md",
    "**/.claude/commands/**/*.md",
    "**/.claude/rules/**/*.md",
    "**/.claude/output-styles/*.md",
    "**/.cursorrules",
    "**/.cursor/commands/**/*.md",
    "**/.windsurfrules",
    "**/.windsurf/rules/**/*.md",
    "**/.windsurf/workflows/**/*.md",
    "**/.clinerules",
    "**/.clinerules/**/*.md",
    "**/.opencode/agent/**/*.md",
    "**/.opencode/command/**/*.md",
    "**/.goosehints",
    "**/microagents/**/*.md",
)
INCLUDE = (*_BY_NAME, *_IN_PROMPTS, *_FOR_AGENTS)
EXCLUDE = (
    # What stands beside prompts and is read by people or programs.
    "**/README*",
    "**/[Rr]eadme*",
    "**/CHANGELOG*",
    "**/CONTRIBUTING*",
    "**/CODE_OF_CONDUCT*",
    "**/SECURITY.md",
    "**/LICEN[CS]E*",
    "**/requirements*.txt",
    "**/constraints*.txt",
    "**/CMakeLists.txt",
    # Files of BAML without a function: nothing of them is sent.
    "**/baml_src/**/clients.baml",
    "**/baml_src/**/generators.baml",
    # What a prompt includes: it is counted where it is included.
    "**/_*.prompt",
    # What others wrote, and what programs recorded.
    "**/node_modules/**",
    "**/site-packages/**",
    "**/vendor/**",
    "**/third_party/**",
    "**/.venv/**",
    "**/.cargo/registry/**",
    "**/.specstory/**",
    "**/cassettes/**",
    "**/__snapshots__/**",
)
