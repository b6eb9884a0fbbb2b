"""Every step of docs/publishing.md, run as it stands with throw-away keys and the real minisign program.

    python -m tools.check_publishing

Needs minisign (Debian package minisign) and an installed llm-cost beside this Python. Everything happens in a temporary
folder with a home of its own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "publishing.md"


def blocks() -> list[str]:
    """The page's shell blocks, in order."""
    return re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    """All blocks in one shell, each announced; minisign's questions for a passphrase are answered from a pipe."""
    home = folder / "home"
    home.mkdir()
    script = "".join(f"echo '== block {n}'\n{block}" for n, block in enumerate(blocks(), 1))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("LLMCOST", "LLM_COST", "XDG_"))},
        "HOME": str(home),
        "LLM_COST_SOURCE": str(ROOT),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C.UTF-8",
    }
    # 16 bytes a line: what one program has read ahead of its answer ends where a line ends
    answers = subprocess.Popen(["yes", "a-throw-away-pw"], stdout=subprocess.PIPE)
    try:
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=folder, env=environment, stdin=answers.stdout, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=False,
        )  # fmt: skip
    finally:
        answers.kill()
        answers.wait()


def main() -> int:
    if shutil.which("minisign") is None:
        print("minisign is not installed: apt-get install minisign", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        done = run(Path(name))
    count = len(blocks())
    print(done.stdout)
    if done.returncode or f"== block {count}\n" not in done.stdout:
        print(f"docs/publishing.md: a step failed (exit code {done.returncode})", file=sys.stderr)
        return 1
    print(f"docs/publishing.md: all {count} blocks ran")
    return 0


if __name__ == "__main__":
    sys.exit(main())
