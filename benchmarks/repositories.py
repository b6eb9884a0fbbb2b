"""The repositories that the benchmarks run in, made anew each time with `git fast-import`."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Mapping
from pathlib import Path
from pydoc_data.topics import topics

BUDGET = """\
version = 1

[defaults]
model = "gpt-4o"
calls = 1000
output_ratio = 0.1

[budget]
limit = 1000000.00
period = "month"
"""
DISCOVER = """
[discover]
include = ["prompts/**/*.prompt.md"]
"""
# English prose that every Python brings with it, so that words repeat as they do in prompts.
PROSE = "\n".join(topics[name] for name in sorted(topics))


def prose(chance: random.Random, size: int) -> bytes:
    """`size` characters from some place in the prose."""
    start = chance.randrange(len(PROSE) - size)
    return PROSE[start : start + size].encode("ascii", "replace")


def many_files(folder: Path, files: int) -> None:
    """`files` source files and five prompts; one source file is staged."""
    chance = random.Random(1)
    tree = {f"src/m{n // 100:03d}/f{n:05d}.py": b"x = %d\n" % n for n in range(files)}
    tree |= {f"prompts/p{n}.md": prose(chance, 4096) for n in range(5)}
    tree["llm-cost.toml"] = BUDGET.encode() + b"".join(_entry(f"prompts/p{n}.md", f"p{n}") for n in range(5))
    _build(folder, [tree])
    stage(folder, "src/m000/f00000.py", b"x = 1\n")


def listed_prompts(folder: Path, prompts: int) -> None:
    """`prompts` prompts of 4 KB, each listed in a manifest with a budget; one is staged with a change."""
    chance = random.Random(2)
    tree = {f"prompts/p{n:03d}.md": prose(chance, 4096) for n in range(prompts)}
    entries = [_entry(path, Path(path).stem) for path in tree]
    _build(folder, [{**tree, "llm-cost.toml": BUDGET.encode() + b"".join(entries)}])
    stage(folder, "prompts/p000.md", tree["prompts/p000.md"] + b" Changed.")


def many_prompts(folder: Path, prompts: int, changed: int) -> None:
    """`prompts` prompts that a manifest discovers; the branch `base`, and `main` with `changed` of them changed."""
    chance = random.Random(3)
    tree = {
        f"prompts/team{n // 500:02d}/area{n // 50 % 10}/p{n:05d}.prompt.md": prose(chance, chance.randint(250, 3600))
        for n in range(prompts)
    }
    edited = {path: tree[path] + b" Changed." for path in chance.sample(sorted(tree), changed)}
    tree |= {f"src/m{n}.py": b"x = %d\n" % n for n in range(200)}
    _build(folder, [{**tree, "llm-cost.toml": (BUDGET + DISCOVER).encode()}, edited])


def many_of_both(folder: Path, files: int, prompts: int) -> None:
    """`files` files, 100 in a directory, of which `prompts` are prompts of 2 KB that a manifest discovers.

    They are in the index and not checked out: no hook of ours looks at the working tree.
    """
    chance = random.Random(4)
    tree = {f"src/m{n // 100:04d}/f{n:06d}.py": b"x = %d\n" % n for n in range(files - prompts)}
    tree |= {f"prompts/p{n:03d}.prompt.md": prose(chance, 2048) for n in range(prompts)}
    git = ["git", "-C", str(folder)]
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    whole = {**tree, "llm-cost.toml": (BUDGET + DISCOVER).encode()}
    subprocess.run([*git, "fast-import", "--quiet"], input=_stream([whole]), check=True)
    subprocess.run([*git, "read-tree", "HEAD"], check=True)


def stage(folder: Path, path: str, data: bytes) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(data)
    subprocess.run(["git", "-C", str(folder), "add", path], check=True)


def _entry(path: str, prompt_id: str) -> bytes:
    return f'\n[[prompts]]\npath = "{path}"\nprompt_id = "{prompt_id}"\n'.encode()


def _build(folder: Path, trees: list[Mapping[str, bytes]]) -> None:
    """One commit a tree, each on top of the one before it; the first is also called `base`."""
    git = ["git", "-C", str(folder)]
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    subprocess.run([*git, "fast-import", "--quiet"], input=_stream(trees), check=True)
    subprocess.run([*git, "reset", "-q", "--hard", "main"], check=True)
    subprocess.run([*git, "gc", "-q"], check=True)


def _stream(trees: list[Mapping[str, bytes]]) -> bytes:
    parts = []
    for number, tree in enumerate(trees):
        if number:
            parts.append(b"reset refs/heads/base\nfrom refs/heads/main\n\n" if number == 1 else b"")
        parts.append(b"commit refs/heads/main\ncommitter A <a@b.invalid> %d +0000\ndata 0\n" % (1_700_000_000 + number))
        for path, data in tree.items():
            parts.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))
        parts.append(b"\n")
    return b"".join(parts)
