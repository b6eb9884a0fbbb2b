"""Which markdown files are instructions for an agent, by their path: how much of such a text is template.

- "agent": nothing is. Agents read these files as they stand, HTML comments included, and braces in them are examples.
- "command": `$ARGUMENTS` and `$1` to `$9` are replaced by what is typed behind the command.
- "claude-md": nothing is, but `@path` brings in another file.
- "fabric": the system message of a pattern; what is piped in follows as the user's message.
- "front-matter": a prompt of an application, in whatever template language it seems to be.
"""

from __future__ import annotations

_CLAUDE = ("claude.md", "claude.local.md")
_NAMES = ("agents.md", "gemini.md", "skill.md", "copilot-instructions.md")
_ENDINGS = (".instructions.md", ".agent.md", ".chatmode.md", ".mdc")
WITHOUT_ENDING = (".cursorrules", ".windsurfrules", ".clinerules", ".roorules", ".goosehints")
_COMMANDS = ("/.claude/commands/", "/.cursor/commands/", "/.opencode/command/", "/.codex/prompts/")
_AGENTS = (
    "/.claude/",
    "/.cursor/",
    "/.windsurf/",
    "/.clinerules/",
    "/.agents/",
    "/.opencode/",
    "/.github/instructions/",
)
# Folders that have these names in libraries of agents, and any content in applications, where prompts/ is above them.
_COMMAND_FOLDERS = ("/commands/",)
_AGENT_FOLDERS = ("/agents/", "/skills/", "/microagents/")


def markdown_format(path: str) -> str:
    """The format of a `.md`, `.mdc` or rules file, by its path."""
    place = "/" + path.lower()
    name = place.rpartition("/")[2]
    if name in _CLAUDE:
        return "claude-md"
    if name in _NAMES or name in WITHOUT_ENDING or name.endswith(_ENDINGS):
        return "agent"
    if name.endswith(".prompt.md"):
        return "front-matter"
    if "/patterns/" in place and name in ("system.md", "user.md") and place.split("/")[-3] == "patterns":
        return "fabric" if name == "system.md" else "front-matter"
    if format := _by_folder(place, _COMMANDS, _AGENTS):
        return format
    in_application = "/prompts/" in place
    return (None if in_application else _by_folder(place, _COMMAND_FOLDERS, _AGENT_FOLDERS)) or "front-matter"


def _by_folder(place: str, commands: tuple[str, ...], agents: tuple[str, ...]) -> str | None:
    if any(folder in place for folder in commands):
        return "command"
    return "agent" if any(folder in place for folder in agents) else None
