"""What the documents state about the code is what the code says."""

from __future__ import annotations

import configparser
import inspect
import re
from pathlib import Path

import pytest
import yaml

import llmcost_hooks
from llmcost_hooks.errors import ExitCode
from llmcost_hooks.known.families import FAMILIES
from llmcost_hooks.known.ratios import RATIOS
from llmcost_hooks.prompts import _BY_ENDING, FORMATS, format_of
from llmcost_hooks.prompts.agent_names import WITHOUT_ENDING
from llmcost_hooks.prompts.templates import ENGINES
from llmcost_hooks.sizing import GRADES
from llmcost_hooks.tokens import KNOWN
from llmcost_hooks.tokens.encodings import ADD_ON, CORE

from .fences import DOCUMENTS, ROOT, fences_of, tables_of

README = (ROOT / "README.md").read_text(encoding="utf-8")
SETUP = configparser.ConfigParser(interpolation=None)
SETUP.read(ROOT / "setup.cfg", encoding="utf-8")


def text_of(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_readme_begins_with_the_two_set_up_commands() -> None:
    commands = [fence.text for fence in fences_of(ROOT / "README.md") if fence.language == "sh"]
    first, second = (command.rstrip("\n") for command in commands)
    assert "\n" not in first and first.endswith("llm-cost demo")
    assert "\n" not in second and "[test]" in second and "pytest" in second
    assert README.index(first) < README.index(second) < README.index("```yaml")


def test_readme_has_its_parts_in_order() -> None:
    titles = re.findall(r"^## (.*)$", README, re.MULTILINE)
    assert titles[:6] == ["Set up", "In pre-commit", "What it prints", "Exit codes", "Manifest", "What it does not do"]
    assert len(re.findall(r"\w+", README)) < 2000  # ten minutes at a slow reader's pace


def test_the_pre_commit_configuration_has_seven_lines_and_hooks_that_exist() -> None:
    text = next(fence.text for fence in fences_of(ROOT / "README.md") if fence.language == "yaml")
    assert len(text.splitlines()) == 7
    repository = yaml.safe_load(text)["repos"][0]
    assert repository["rev"] == f"v{llmcost_hooks.__version__}"
    declared = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    ids = [hook["id"] for hook in declared]
    assert [hook["id"] for hook in repository["hooks"]] == ids[:3], "what a newcomer needs"
    every = next(fence.text for fence in fences_of(ROOT / "docs/hooks.md") if fence.language == "yaml")
    assert [hook["id"] for hook in yaml.safe_load(every)["repos"][0]["hooks"]] == ids


@pytest.mark.parametrize("document", ["README.md", "docs/exit-codes.md", "docs/cli.md"])
def test_exit_codes(document: str) -> None:
    table = next(table for table in tables_of(ROOT / document) if table[0][:2] == ["code", "name"])
    assert [(int(row[0]), row[1].strip("`")) for row in table[1:]] == [(int(code), code.name) for code in ExitCode]


def test_hooks() -> None:
    declared = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    rows = tables_of(ROOT / "docs/hooks.md")[0][1:]
    assert [(codes(row[0])[0], codes(row[1])[0], row[2].split(", ")) for row in rows] == [
        (hook["id"], hook["entry"], hook["stages"]) for hook in declared
    ]
    named = set(re.findall(r"\bllm-cost-[a-z-]+\b", "".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)))
    assert named <= {name for hook in declared for name in (hook["id"], hook["entry"])} | {
        "llm-cost-demo",
        "llm-cost-type",
    }


def test_the_api_page_has_every_public_name_with_its_signature() -> None:
    page = text_of("api.md")
    assert [name for name in llmcost_hooks.__all__ if f"`{name}`" not in page and f"`{name}(" not in page] == []
    documented = dict(re.findall(r"^- `(\w+)(\(.*\) -> [^`]*)`$", page, re.MULTILINE))
    functions = {
        name
        for name in llmcost_hooks.__all__
        if callable(value := getattr(llmcost_hooks, name)) and not inspect.isclass(value)
    }
    assert set(documented) == functions
    for name, signature in documented.items():
        actual = str(inspect.signature(getattr(llmcost_hooks, name)))
        assert signature.replace('"', "") == actual.replace("'", ""), name


def test_the_api_page_has_no_type_that_is_not_public() -> None:
    rows = next(table for table in tables_of(ROOT / "docs/api.md") if table[0] == ["name", "what"])[1:]
    types = {name for name in llmcost_hooks.__all__ if inspect.isclass(getattr(llmcost_hooks, name))}
    assert {row[0].strip("`") for row in rows} == types


def test_dependencies() -> None:
    def names(text: str) -> set[str]:
        return {name.lower() for name in re.findall(r"^([A-Za-z][\w-]*)", text, re.MULTILINE)}

    packages, extras = tables_of(ROOT / "docs/dependencies.md")
    assert {row[0].lower() for row in packages[1:]} == names(SETUP["options"]["install_requires"])
    for extra, _, adds in extras[1:]:
        wanted = names(SETUP["options.extras_require"][extra.strip("`")])
        assert {name for name in wanted if name[:6] != "types-"} <= set(re.findall(r"[a-z][\w-]*", adds.lower()))


def test_which_module_imports_which_dependency() -> None:
    modules = {"pygit2": "pygit2", "tiktoken": "tiktoken", "tomli": "tomli", "tabulate": "tabulate", "pyyaml": "yaml",
               "click": "click", "py-minisign": "minisign"}  # fmt: skip
    sources = {path.relative_to(ROOT / "llmcost_hooks").as_posix(): path.read_text(encoding="utf-8")
               for path in (ROOT / "llmcost_hooks").rglob("*.py")}  # fmt: skip
    for package, _, where in tables_of(ROOT / "docs/dependencies.md")[0][1:]:
        importing = re.compile(rf"^ *(?:import|from) {modules[package.lower()]}\b(?! as _)", re.MULTILINE)
        found = {name for name, text in sources.items() if importing.search(text)}
        stated = codes(where)
        assert [name for name in found if name not in stated and f"{name.rpartition('/')[0]}/" not in stated] == []
        assert [place for place in stated if not any(name == place or name.startswith(place) for name in found)] == []
        assert bool(found) == (where != "nothing in this release")


def test_tokens() -> None:
    grades, ratios, encodings, _ = tables_of(ROOT / "docs/tokens.md")
    assert [row[0] for row in grades[1:]] == list(GRADES)
    packages = {name: row[2] for row in encodings[1:] for name in codes(row[0])}
    core = {name for name, spec in KNOWN.items() if spec.table in CORE}
    assert packages == {name: "llmcost-hooks" if name in core else ADD_ON for name in KNOWN}
    found = []
    for key, table in RATIOS.items():
        names = dict.fromkeys(family.title for family in FAMILIES.values() if family.ratios == key)
        cells = table.values.split("; ")
        found.append([", ".join(names), f"`{table.encoding}`", *(cells * (5 // len(cells)))])
    assert ratios[1:] == found


FORMAT_ROWS = tables_of(ROOT / "docs/formats.md")[0][1:]


def test_the_table_of_formats_has_all_and_no_other() -> None:
    assert [codes(row[0]) for row in FORMAT_ROWS] == [[format] for format in FORMATS]


@pytest.mark.parametrize("row", FORMAT_ROWS, ids=lambda row: codes(row[0])[0])
def test_the_names_of_files_mean_the_format_of_their_row(row: list[str]) -> None:
    format, files = codes(row[0])[0], row[1]
    if files != ", ".join(f"`{name}`" for name in codes(files)) or files == "`--as text`":
        return  # in words: no name alone leads to it
    assert {name: format_of(name.replace("**/", "x/").replace("*", "x")) for name in codes(files)} == dict.fromkeys(
        codes(files), format
    )


def test_every_ending_that_a_format_has_is_in_its_row() -> None:
    named = {(name.removeprefix("*"), codes(row[0])[0]) for row in FORMAT_ROWS for name in codes(row[1])}
    assert {*_BY_ENDING, *((name, "agent") for name in WITHOUT_ENDING)} <= named


def test_every_template_language_is_in_the_table_of_languages() -> None:
    languages = tables_of(ROOT / "docs/formats.md")[1][1:]
    named = [name for row in languages for name in codes(row[1])]
    assert set(named) <= set(FORMATS)
    assert set(ENGINES) - {"literal"} <= set(named)


def test_the_map_names_every_module() -> None:
    page = text_of("architecture.md")
    package = ROOT / "llmcost_hooks"
    names = [path.name + ("/" if path.is_dir() else "") for path in package.iterdir() if path.name[0] not in "_p"]
    names += [path.name + "/" for path in package.iterdir() if path.is_dir() and path.name[0] == "p"]
    assert [name for name in names if f"`{name}`" not in page] == []
    listed = re.findall(r"`([a-z_]+\.py|[a-z]+/)`", page.partition("## Arrows")[0])
    assert [name for name in listed if not (package / name).exists()] == []


@pytest.mark.parametrize(
    "document", [*DOCUMENTS, ROOT / "CHANGELOG.md", ROOT / "SECURITY.md"], ids=lambda path: path.name
)
def test_links_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?://)([^)#]+)\)", document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_the_changelog_begins_with_this_version() -> None:
    versions = re.findall(r"^## ([\d.]+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert versions[0] == llmcost_hooks.__version__ == SETUP["metadata"]["version"]


def test_every_document_is_linked_from_readme() -> None:
    assert [path.name for path in DOCUMENTS[1:] if f"docs/{path.name}" not in README] == []
