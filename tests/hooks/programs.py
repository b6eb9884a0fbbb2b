"""A directory for PATH with our programs in it, as an installed package has them."""

from __future__ import annotations

import configparser
import os
import sys
from pathlib import Path

from ..cli.running import MODULES, ROOT


def entry_points() -> dict[str, str]:
    """Name of a program -> "module:function", as setup.cfg has them."""
    setup = configparser.ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = setup["options.entry_points"]["console_scripts"].strip().splitlines()
    return {name.strip(): place.strip() for name, _, place in (line.partition("=") for line in lines)}


def write_programs(folder: Path) -> Path:
    """Scripts like those that an installer writes; each leaves a line in `folder`/ran when it starts."""
    folder.mkdir(parents=True)
    for name, place in entry_points().items():
        module, _, function = place.partition(":")
        mark = f"open({str(folder / 'ran')!r}, 'a').write({name + chr(10)!r})"
        script = folder / name
        script.write_text(
            f"#!{sys.executable}\nimport sys\n{mark}\nfrom {module} import {function} as main\nsys.exit(main())\n"
        )
        script.chmod(0o755)
    return folder


def environment(*folders: Path) -> dict[str, str]:
    """With `folders` on PATH before git, and nothing else that has programs of ours."""
    path = os.pathsep.join([*map(str, folders), "/usr/local/bin", "/usr/bin", "/bin"])
    return {"PATH": path, "PYTHONPATH": MODULES}


def ran(folder: Path) -> list[str]:
    """The programs that have run since the last question."""
    path = folder / "ran"
    names = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return names
