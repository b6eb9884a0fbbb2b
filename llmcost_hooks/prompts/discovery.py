"""Where prompts live when no manifest says so: names that are prompts in nearly every repository that has them.

Kept narrow on purpose. `prompts/**/*.json` and `*prompt*.yml` catch price tables and CI files more often than prompts;
a manifest's [discover] adds what a project has beyond these.
"""

from __future__ import annotations

INCLUDE = (
    "**/*.prompt",
    "**/*.prompty",
    "**/*.prompt.md",
    "**/*.prompt.txt",
    "**/*.prompt.yml",
    "**/*.prompt.yaml",
    "**/*.instructions.md",
    "**/copilot-instructions.md",
    "**/*.chatmode.md",
    "**/*.agent.md",
    "**/*.mdc",
    "**/SKILL.md",
    "**/AGENTS.md",
    "**/CLAUDE.md",
    "**/GEMINI.md",
    "**/.cursorrules",
    "**/.windsurfrules",
    "**/.clinerules",
    "**/skprompt.txt",
    "**/patterns/*/system.md",
    "**/patterns/*/user.md",
    "**/prompts/**/*.txt",
    "**/prompts/**/*.md",
    "**/prompts/**/*.j2",
    "**/prompts/**/*.jinja2",
    "**/.claude/agents/**/*.md",
    "**/.claude/commands/**/*.md",
)
EXCLUDE = (
    "**/README.md",
    "**/CHANGELOG.md",
    "**/CONTRIBUTING.md",
    "**/requirements*.txt",
    "**/node_modules/**",
    "**/site-packages/**",
    "**/vendor/**",
    "**/.specstory/**",
    "**/.cargo/registry/**",
)
