"""Every fenced example of README and docs/ does what it shows.

    REWRITE_EXAMPLES=1 python -m pytest tests/docs/test_examples.py -k console

writes today's outputs into the documents, to be reviewed as a diff; blocks with a line `...` stay as they are.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from llmcost_hooks import parse_manifest

from .consoles import ANY, Step, block, fits, shown_lines, steps
from .fences import DOCUMENTS, ROOT, Fence, fences
from .shell import Shell

LANGUAGES = {"console", "json", "python", "sh", "text", "toml", "yaml", ""}


def test_no_block_has_a_language_that_is_not_checked() -> None:
    found = {fence.language for document in DOCUMENTS for fence in _all_fences(document)}
    assert found <= LANGUAGES


def _all_fences(document: Path) -> list[Fence]:
    from .fences import fences_of

    return list(fences_of(document))


@pytest.mark.parametrize("fence", fences("console"), ids=Fence.place)
def test_console(fence: Fence, shell: Shell) -> None:
    rewriting = bool(os.environ.get("REWRITE_EXAMPLES"))
    ran = []
    for step in steps(fence.text):
        code, output = shell.run(step.command)
        lines = shown_lines(output)
        ran.append(step if ANY in step.shown else Step(step.command, lines))
        if not rewriting:
            assert fits(step.shown, lines), f"{fence.place()}: {step.command} prints\n{output}"
        ends = re.findall(r"^Exit code: (\d+) \([A-Z_]+\)$", output, re.MULTILINE)
        assert code == int(ends[-1] if ends else 0), f"{step.command} ends with {code}"
    if rewriting:
        document = ROOT / fence.document
        old, new = (f"```console\n{text}```" for text in (fence.text, block(ran)))
        document.write_text(document.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("fence", fences("python"), ids=Fence.place)
def test_python(
    fence: Fence, shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a block prints stands in it behind `# > `."""
    monkeypatch.chdir(shell.folder)
    exec(compile(fence.text, fence.place(), "exec"), {"__name__": "example"})  # noqa: S102  (our own documents)
    assert capsys.readouterr().out.splitlines() == re.findall(r"# > (.*)", fence.text)


@pytest.mark.parametrize("fence", fences("toml"), ids=Fence.place)
def test_toml(fence: Fence) -> None:
    parse_manifest(fence.text.encode())


@pytest.mark.parametrize("fence", fences("json"), ids=Fence.place)
def test_json(fence: Fence) -> None:
    document = json.loads(fence.text)
    kind = document["schema"].split("/")[1]
    schema = json.loads((ROOT / f"llmcost_hooks/data/{kind}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)


@pytest.mark.parametrize("fence", fences("yaml"), ids=Fence.place)
def test_yaml_names_what_exists(fence: Fence) -> None:
    """Hooks of ours in a configuration of pre-commit; inputs and outputs of the action in a workflow."""
    declared = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    found = yaml.safe_load(fence.text)
    assert len(found) == 1 and set(found) <= {"repos", "jobs"}
    for repository in found.get("repos", ()):
        assert {hook["id"] for hook in repository["hooks"]} <= declared
    used = [step for job in found.get("jobs", {}).values() for step in job["steps"] if "/llm-cost@" in step["uses"]]
    assert len(used) == ("jobs" in found)
    assert all(set(step["with"]) <= set(action["inputs"]) for step in used)
    for step_id, output in re.findall(r"steps\.(\w+)\.outputs\.([\w-]+)", fence.text):
        assert step_id in {step.get("id") for step in used} and output in action["outputs"]
