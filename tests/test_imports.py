"""The arrows between rooms that must never exist, read off the source."""

from __future__ import annotations

import ast
from functools import cache
from typing import NamedTuple

import pytest

from .cli.running import ROOT

PACKAGE = "llmcost_hooks"
SOURCE = ROOT / PACKAGE

IO = (
    "git", "data", "memo", "pricestore", "fetch", "forges", "manifest_file", "hook_files", "man_pages", "sheet_file",
    "usage_files", "whole_file",
)  # fmt: skip
# These call the rooms and own nothing.
JOINING = (
    "reading", "finding", "beside", "facts", "counting", "loose", "renaming", "unread", "checking", "failures", "clock",
    "owning", "stating", "calibrating",
)  # fmt: skip
FACES = ("boundary", "cli", "__main__", "commands", "hooks")
NOT_PURE = {*IO, *JOINING, *FACES, ""}  # whatever else there is, now or later, has to be pure

# All that pure code needs of the standard library; nothing here reads a file, a clock or the environment by itself.
HARMLESS = {
    "__future__", "array", "ast", "base64", "binascii", "bisect", "collections", "datetime", "decimal", "difflib",
    "enum", "functools", "hashlib", "heapq", "itertools", "json", "math", "mmap", "operator", "re", "shlex", "string",
    "struct", "textwrap", "typing", "unicodedata", "warnings", "zlib",
}  # fmt: skip
PARSERS = {"tomli": {"manifest"}, "yaml": {"prompts"}}  # third-party, pure, and in one room each
FORBIDDEN_CALLS = {
    "open", "print", "input", "exec", "eval", "__import__", "breakpoint",
    "today", "now", "utcnow", "fromtimestamp", "utcfromtimestamp",
}  # fmt: skip


class Module(NamedTuple):
    name: str  # below the package: "git.plumbing"; "" is the package itself
    tree: ast.Module
    imports: frozenset[str]  # full names of what it imports at run time, in functions too


@cache
def modules() -> dict[str, Module]:
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        tree = ast.parse(path.read_bytes())
        found[name] = Module(name, tree, frozenset(imported(tree, name, is_package)))
    return found


def imported(tree: ast.Module, name: str, is_package: bool) -> set[str]:
    here = [PACKAGE, *name.split(".")] if name else [PACKAGE]
    found: set[str] = set()
    for node in running(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            up = here[: len(here) - node.level + is_package] if node.level else []
            target = ".".join([*up, *([node.module] if node.module else [])])
            found |= {target, *(f"{target}.{alias.name}" for alias in node.names)}
    return found


def running(tree: ast.AST) -> list[ast.AST]:
    """Every node but those below `if TYPE_CHECKING:`."""
    nodes = []
    todo = [tree]
    while todo:
        node = todo.pop()
        nodes.append(node)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            todo += node.orelse
        else:
            todo += ast.iter_child_nodes(node)
    return nodes


def inner(module: Module) -> set[str]:
    """The modules of the package that a module imports, the packages around them apart."""
    names = {name.removeprefix(f"{PACKAGE}.") for name in module.imports if name.startswith(f"{PACKAGE}.")}
    return {name for name in names if name in modules()}


def outer(module: Module) -> set[str]:
    return {name.partition(".")[0] for name in module.imports} - {PACKAGE, ""}


def room(name: str) -> str:
    return name.partition(".")[0]


@cache
def reached(name: str) -> frozenset[str]:
    """All modules that importing and calling one can bring in."""
    found: set[str] = set()
    todo = [name]
    while todo:
        for other in inner(modules()[todo.pop()]) - found:
            found.add(other)
            todo.append(other)
    return frozenset(found)


def in_rooms(*rooms: str) -> list[str]:
    return [name for name in modules() if room(name) in rooms]


PACKAGES = {name for name in modules() if any(other.startswith(f"{name}.") for other in modules())} | {""}
PURE = sorted({room(name) for name in modules()} - NOT_PURE)


def test_every_room_is_there() -> None:
    assert {room(name) for name in modules()} >= NOT_PURE
    assert {"manifest", "prompts", "tokens", "prices", "estimate", "compare", "policy", "render"} < set(PURE)


@pytest.mark.parametrize("name", in_rooms(*PURE))
def test_pure(name: str) -> None:
    module = modules()[name]
    assert {room(other) for other in reached(name)} <= set(PURE)
    allowed = {package for package, rooms in PARSERS.items() if room(name) in rooms}
    allowed |= {"tiktoken"} if name == "tokens.bulk" else set()
    allowed |= {"tabulate"} if name == "render.table" else set()
    allowed |= {"minisign"} if name == "prices.signing" else set()
    assert outer(module) - HARMLESS <= allowed
    for node in running(module.tree):
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            assert called not in FORBIDDEN_CALLS, f"{name}:{node.lineno} calls {called}"
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("environ", "getenv", "stdout", "stderr", "stdin"), f"{name}:{node.lineno}"


@pytest.mark.parametrize(
    ("package", "owners"),
    [
        ("pygit2", {"git.objects"}),
        ("subprocess", {"git.plumbing", "commands.demo"}),
        ("tiktoken", {"tokens.bulk"}),
        ("tabulate", {"render.table"}),
        ("click", {"cli", *in_rooms("commands")} - {"commands"}),
        ("sqlite3", {"memo"}),
        ("tomli", {"manifest"}),
        ("yaml", {"prompts.yaml_text"}),
        ("minisign", {"prices.signing"}),
        ("pyarrow", {"sheet_file"}),
        ("requests", {"forges.http"}),
    ],
)
def test_one_owner(package: str, owners: set[str]) -> None:
    assert {name for name, module in modules().items() if package in outer(module)} <= owners
    assert any(package in outer(modules()[name]) for name in owners)


NETWORK = {
    "socket", "ssl", "urllib", "http", "ftplib", "smtplib", "requests", "httpx", "asyncio", "multiprocessing",
}  # fmt: skip


def test_connections_are_opened_in_one_place() -> None:
    """And it is reached by the commands that are asked to use the network or a price file, and by nothing else."""
    assert {name for name, module in modules().items() if outer(module) & NETWORK} == {"fetch", "forges.http"}
    users = {name for name, module in modules().items() if "fetch" in inner(module)}
    assert users == {"commands.update_db", "commands.prices_diff", "commands.prices_verify"}
    users = {name for name, module in modules().items() if "forges" in {room(each) for each in inner(module)}}
    assert {name for name in users if room(name) != "forges"} == {"commands.comment"}


def test_what_verifies_is_loaded_by_a_call() -> None:
    """A hook reaches it, for an installed file that has changed, and pays for it only then."""
    heavy = {"minisign", "cryptography", *NETWORK}
    verifying = {f"prices.{each}" for each in ("trust", "signing", "strict_json", "price_file")}
    for name in in_rooms("hooks", *IO, *JOINING, *PURE):
        found = {each.removeprefix(f"{PACKAGE}.") for each in loaded_at_once(modules()[name])}
        if name not in ("fetch", "forges.http"):  # reached by calls only, see above
            assert not {each.partition(".")[0] for each in found} & heavy, name
            assert name in verifying or not found & verifying, name
    assert "hashlib" not in loaded_at_once(modules()["pricestore"])


def loaded_at_once(module: Module) -> set[str]:
    """What importing the module imports: not what its functions do when they are called."""
    statements = [node for node in module.tree.body if not isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    return imported(ast.Module(statements, []), module.name, module.name in PACKAGES)


@pytest.mark.parametrize("name", in_rooms("hooks"))
def test_hooks_reach_no_command(name: str) -> None:
    never = {"cli", "commands", "__main__", "fetch", "forges", "manifest_file"}
    assert not {room(other) for other in reached(name)} & never
    assert not {"click", "tiktoken", "requests"} & outer(modules()[name])


def test_nothing_below_reaches_a_face() -> None:
    for name in in_rooms(*PURE, *IO, *JOINING):
        faces = {other for other in inner(modules()[name]) if room(other) in FACES}
        assert faces <= ({"boundary"} if name == "failures" else set()), name


def test_no_command_imports_another() -> None:
    beside = "options showing sides lazy asking applying own_prices rows naming exporting"
    shared = {"commands", *(f"commands.{each}" for each in beside.split())}
    for name in set(in_rooms("commands")) - shared:
        assert {other for other in inner(modules()[name]) if room(other) == "commands"} <= shared, name
    for name in shared:
        assert {other for other in reached(name) if room(other) in ("commands", "cli")} <= shared, name


def test_no_io_room_imports_another() -> None:
    """But for the one way to write a file that all of them share."""
    for name in in_rooms(*IO):
        assert {room(other) for other in inner(modules()[name])} & set(IO) <= {room(name), "whole_file"}, name


def test_modules_are_found_by_name_in_three_places_only() -> None:
    """What `import_module` brings in is in no graph: the package's own names, commands, packages with token tables."""
    dynamic = {name for name, module in modules().items() if "importlib" in outer(module)}
    assert dynamic == {"", "commands.lazy", "data"}
