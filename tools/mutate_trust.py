"""Break the trust core in every small way, and see that its vectors and tests notice.

    python -m tools.mutate_trust [--module trust] [--out docs/evidence/mutation.txt] [--jobs 2]

Each mutant is one change of one module's syntax tree, run in a process of its own: first the vectors, then the tests of
tests/trust. It is killed if one fails, raises or does not end. tools/mutants_alive.txt lists the ones that no test can
kill, with the reason; a mutant that survives and is not listed, or is listed and killed, fails the run. Not mutated:
messages for people, documentation, annotations and imports.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
ALIVE = ROOT / "tools" / "mutants_alive.txt"
GOAL = 95.0  # per cent of the mutants that can be killed
SECONDS = 90  # until a mutant that does not end counts as killed
MODULES = {
    "signing": "llmcost_hooks.prices.signing",
    "strict_json": "llmcost_hooks.prices.strict_json",
    "price_file": "llmcost_hooks.prices.price_file",
    "trust": "llmcost_hooks.prices.trust",
    "pricestore": "llmcost_hooks.pricestore",
}
# Tests that start other processes see the module on the disk, not the mutant.
BLIND = "not without_crypto and not and_then_known and not full_disk and not empty_package and not many_writers"

_COMPARED: dict[type[ast.cmpop], list[type[ast.cmpop]]] = {
    ast.Lt: [ast.LtE, ast.GtE], ast.LtE: [ast.Lt, ast.Gt], ast.Gt: [ast.GtE, ast.LtE], ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.In: [ast.NotIn], ast.NotIn: [ast.In], ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
}  # fmt: skip
_CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd
}  # fmt: skip


class Mutant(NamedTuple):
    name: str  # module.function: what was -> what is
    tree: ast.Module


# --- making them -------------------------------------------------------------------------------------------------


def mutants(short: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its source; names are unique."""
    source = (ROOT / (MODULES[short].replace(".", "/") + ".py")).read_text("utf-8")
    original = ast.parse(source)
    seen: Counter[str] = Counter()
    for index, (node, place) in enumerate(_places(original)):
        for change in range(len(_changes(node))):
            tree = ast.parse(source)
            target = next(found for at, (found, _) in enumerate(_places(tree)) if at == index)
            before = _shown(node)
            new = _changes(target)[change]()
            _put(tree, target, new)
            name = f"{short}{place}: {before} -> {_shown(new)}"
            seen[name] += 1
            yield Mutant(f"{name} #{seen[name]}" if seen[name] > 1 else name, ast.fix_missing_locations(tree))


def _shown(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 160 else text[:157] + "..."


def _places(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Nodes that can be changed, each with the function around it."""

    def below(node: ast.AST, place: str) -> Iterator[tuple[ast.AST, str]]:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            place = f"{place}.{node.name}"
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "decorator_list", "bases", "type_comment"):
                continue
            for each in value if isinstance(value, list) else [value]:
                if not isinstance(each, ast.AST) or _is_left_out(each):
                    continue
                yield each, place
                yield from below(each, place)

    return below(tree, "")


def _is_left_out(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True  # documentation
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return True
    return isinstance(node, ast.Compare) and "sys.platform" in ast.unparse(node)


def _changes(node: ast.AST) -> list[Callable[[], ast.AST]]:
    """What this node can become."""
    made: list[Callable[[], ast.AST]] = []
    if isinstance(node, ast.Compare):
        for at, operator in enumerate(node.ops):
            for other in _COMPARED[type(operator)]:
                made.append(lambda at=at, other=other: _with(node, ops=[*node.ops[:at], other(), *node.ops[at + 1 :]]))
    elif isinstance(node, ast.BoolOp):
        made.append(lambda: _with(node, op=ast.And() if isinstance(node.op, ast.Or) else ast.Or()))
        for at in range(len(node.values)):
            made.append(lambda at=at: _left([*node.values[:at], *node.values[at + 1 :]], node))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        made.append(lambda: node.operand)
    elif isinstance(node, ast.BinOp) and type(node.op) in _CALCULATED and not _is_pattern(node):
        made.append(lambda: _with(node, op=_CALCULATED[type(node.op)]()))
    elif isinstance(node, ast.IfExp):
        made += [lambda: node.body, lambda: node.orelse]
    elif isinstance(node, ast.Constant):
        made += [lambda value=value: ast.Constant(value) for value in _other_values(node.value)]
    elif isinstance(node, ast.Return) and node.value is not None:
        if not (isinstance(node.value, ast.Constant) and node.value.value is None):
            made.append(lambda: ast.Return(ast.Constant(None)))
    elif isinstance(node, ast.Raise | ast.Assign | ast.AugAssign | ast.Expr | ast.Continue | ast.Break):
        made.append(ast.Pass)
    elif isinstance(node, ast.If | ast.While):
        if isinstance(node, ast.If):
            made.append(lambda: _with(node, test=ast.Constant(True)))
        made.append(lambda: _with(node, test=ast.Constant(False)))
    elif isinstance(node, ast.comprehension):
        for at in range(len(node.ifs)):
            made.append(lambda at=at: _with(node, ifs=[*node.ifs[:at], *node.ifs[at + 1 :]]))
    elif isinstance(node, ast.For):
        made.append(lambda: _with(node, iter=ast.List([], ast.Load())))
    elif isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Tuple):
        for at in range(len(node.type.elts)):
            left = [*node.type.elts[:at], *node.type.elts[at + 1 :]]
            made.append(lambda left=left: _with(node, type=ast.Tuple(left, ast.Load())))
    elif isinstance(node, ast.Call):
        for at, keyword in enumerate(node.keywords):
            if keyword.arg not in (None, "prefix"):
                made.append(lambda at=at: _with(node, keywords=[*node.keywords[:at], *node.keywords[at + 1 :]]))
    elif isinstance(node, ast.Tuple | ast.List | ast.Set) and any(isinstance(each, ast.Starred) for each in node.elts):
        for at in range(len(node.elts)):
            made.append(lambda at=at: _with(node, elts=[*node.elts[:at], *node.elts[at + 1 :]]))
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        made.append(lambda: node.value)
    return made


def _with(node: ast.AST, **fields: Any) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _left(values: list[ast.expr], node: ast.BoolOp) -> ast.AST:
    return values[0] if len(values) == 1 else _with(node, values=values)


def _is_pattern(node: ast.BinOp) -> bool:
    """The join of two texts."""
    return any(isinstance(each, ast.Constant) and isinstance(each.value, str | bytes) for each in ast.walk(node))


def _other_values(value: object) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, float):
        return [value + 1]
    if isinstance(value, str | bytes):
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        if " " in text and not text.startswith("llm-cost ") and not re.search(r"\{\d+,\d+\}|\\[nd]|^\n", text):
            return []  # a message
        other = [text + "x"] if not re.search(r"[\\\[({]", text) else [*_bounds(text)]
        return [each.encode("latin-1") if isinstance(value, bytes) else each for each in other]
    return []


def _bounds(pattern: str) -> Iterator[str]:
    """A regular expression with one of its numbers changed by one."""
    for match in re.finditer(r"(?<=[{,])\d+(?=[,}])", pattern):
        for number in (int(match[0]) + 1, int(match[0]) - 1):
            if number >= 0:
                yield pattern[: match.start()] + str(number) + pattern[match.end() :]


def _put(tree: ast.Module, target: ast.AST, new: ast.AST) -> None:
    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            if value is target:
                setattr(node, field, new)
                return
            if isinstance(value, list):
                for at, each in enumerate(value):
                    if each is target:
                        value[at] = new
                        return
    raise LookupError(ast.dump(target))


# --- running them ------------------------------------------------------------------------------------------------


class _Loader(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the mutant in the place of its module."""

    def __init__(self, name: str, tree: ast.Module) -> None:
        self.name, self.tree = name, tree

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(fullname, self) if fullname == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.tree, self.name, "exec"), module.__dict__)  # noqa: S102 - this is what a mutant is for


def is_killed(short: str, mutant: Mutant, vectors: Sequence[dict[str, Any]]) -> str:
    """By what: "vectors", "tests", "time" or "" for a survivor."""
    child = os.fork()
    if child == 0:
        os._exit(_run(MODULES[short], mutant.tree, vectors))
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "time"
    return {0: "", 1: "vectors", 2: "tests"}[os.WEXITSTATUS(status)]


def _refuse_broken(short: str, vectors: Sequence[dict[str, Any]]) -> None:
    """A test that fails by itself would kill every mutant."""
    source = (ROOT / (MODULES[short].replace(".", "/") + ".py")).read_text("utf-8")
    if by := is_killed(short, Mutant(short, ast.parse(source)), vectors):
        raise SystemExit(f"{short} as it is does not pass: {by}")


def _run(module: str, tree: ast.Module, vectors: Sequence[dict[str, Any]]) -> int:
    """In the child: 0 if nothing noticed."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    signal.alarm(SECONDS)
    sys.meta_path.insert(0, _Loader(module, tree))
    try:
        from tests.trust.test_vectors import test_vector

        if module.startswith("llmcost_hooks.prices"):
            for vector in vectors:
                test_vector(vector)
    except BaseException:
        return 1
    try:
        import pytest

        paths = ["tests/trust/test_core.py", "tests/trust/test_store.py"]
        return 2 if pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-k", BLIND, *paths]) else 0
    except BaseException:
        return 2


def listed() -> dict[str, str]:
    """Survivors that are known, and why no test can kill them."""
    lines = ALIVE.read_text("utf-8").splitlines() if ALIVE.exists() else []
    pairs = [line.rsplit(" || ", 1) for line in lines if line and not line.startswith("#")]
    return {each[0]: each[-1] for each in pairs}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--module", action="append", choices=MODULES, help="only this one; may be repeated")
    parser.add_argument("--only", default="", help="only mutants whose name has this text")
    parser.add_argument("--out", type=Path, help="write the result there too")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    os.chdir(ROOT)
    import cryptography.hazmat.primitives.asymmetric.ed25519
    import minisign
    import pytest

    assert cryptography and minisign and pytest  # loaded once, for every child
    vectors = json.loads((ROOT / "tests" / "trust" / "vectors.json").read_text())
    known, lines, bad = (
        listed(),
        [f"$ python -m tools.mutate_trust{''.join(f' --module {m}' for m in given.module or ())}"],
        0,
    )
    totals: Counter[str] = Counter()
    for short in given.module or MODULES:
        begin = time.monotonic()
        _refuse_broken(short, vectors)
        made = [each for each in mutants(short) if given.only in each.name]
        with ThreadPoolExecutor(given.jobs) as pool:
            ends = list(pool.map(lambda mutant, short=short: is_killed(short, mutant, vectors), made))
        _refuse_broken(short, vectors)  # nor may anybody have edited a test meanwhile
        alive = [mutant.name for mutant, end in zip(made, ends, strict=True) if not end]
        equivalent = [name for name in alive if name in known]
        survivors = [name for name in alive if name not in known]
        wrong = [mutant.name for mutant, end in zip(made, ends, strict=True) if end and mutant.name in known]
        by = Counter(ends)
        killed, can = len(made) - len(alive), len(made) - len(equivalent)
        score = 100 * killed / max(can, 1)
        lines.append(
            f"{short}: {len(made)} mutants, {killed} killed ({by['vectors']} by vectors, {by['tests']} by tests, "
            f"{by['time']} by time), {len(equivalent)} equivalent, {len(survivors)} survived: {score:.1f} %"
        )
        lines += [f"  survived: {name}" for name in survivors] + [f"  listed and killed: {name}" for name in wrong]
        totals.update(made=len(made), killed=killed, can=can)
        bad += score < GOAL or bool(wrong)
        print(*lines[-1 - len(survivors) - len(wrong) :], f"  ({time.monotonic() - begin:.0f} s)", sep="\n", flush=True)
    score = 100 * totals["killed"] / max(totals["can"], 1)
    lines.append(f"all: {totals['made']} mutants, {totals['killed']} of {totals['can']} killed: {score:.1f} %")
    print(lines[-1])
    if given.out:
        given.out.write_text("\n".join(lines) + "\n", "utf-8")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
