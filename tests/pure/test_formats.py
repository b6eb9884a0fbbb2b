"""Every format: valid by its own grammar, the same bytes again, and no way in for a name that wants one."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import html5lib
import pytest
from markdown_it import MarkdownIt

from llmcost_hooks.compare import compare_estimates
from llmcost_hooks.facts import count_tokens
from llmcost_hooks.findings import RULES
from llmcost_hooks.render.formats import FORMATS, Result
from llmcost_hooks.render.github import MAX_ANNOTATIONS, MAX_SUMMARY, render_summary
from llmcost_hooks.render.jsonparts import render_json
from llmcost_hooks.render.lines import uri_of
from llmcost_hooks.render.sanitise import csv_name, log_text
from llmcost_hooks.report_badge import badge_of
from llmcost_hooks.report_charts import charts_of
from llmcost_hooks.report_diff import diff_report

from .build import estimate, row
from .hostile import KINDS, hostile_names, plain_names
from .situations import SITUATIONS, TWELVE
from .test_sanitise import harmless

ALL = [name for name, build in SITUATIONS.items() if build().result is not None]
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def uri_in(result: dict[str, Any]) -> str:
    """Of a SARIF result."""
    return str(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])


def result_of(name: str) -> Result:
    result = SITUATIONS[name]().result
    assert result is not None
    return result


# --- valid ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_html_is_valid_and_loads_nothing(name: str) -> None:
    text = FORMATS["html"](result_of(name))
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)  # raises for any parse error
    tags = [each.tag for each in page.iter() if isinstance(each.tag, str)]
    assert tags.count("h1") == tags.count("title") == 1 or "{http://www.w3.org/2000/svg}title" in tags
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(tags)
    assert not re.search(r"\son\w+=|url\(|@import|https?://(?!a\.b)", text)
    ids = [each.get("id") for each in page.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    assert {each.get("aria-labelledby") for each in page.iter()} - {None} == set(ids)


@pytest.mark.parametrize("name", ALL)
def test_svg_and_junit_are_well_formed(name: str) -> None:
    result = result_of(name)
    assert ElementTree.fromstring(FORMATS["badge"](result)).tag == "{http://www.w3.org/2000/svg}svg"
    suite = ElementTree.fromstring(FORMATS["junit"](result))
    cases = list(suite.iter("testcase"))
    counted = {kind: sum(case.find(kind) is not None for case in cases) for kind in ("failure", "error", "skipped")}
    (only,) = suite
    assert [only.get(key) for key in ("tests", "failures", "errors", "skipped")] == [
        str(number) for number in (len(cases), *counted.values())
    ]
    assert bool(counted["failure"] or counted["error"]) == bool(result.findings.code)


@pytest.mark.parametrize("name", ALL)
def test_sarif_points_at_what_it_describes(name: str) -> None:
    result = result_of(name)
    (run,) = json.loads(FORMATS["sarif"](result))["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(run["results"]) == len(result.findings.items)
    for each in run["results"]:
        assert rules[each["ruleIndex"]] == each["ruleId"]
        assert re.fullmatch(
            r"[\w./~%-]+", each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], re.ASCII
        )
    failing = [each for each in run["results"] if each["level"] == "error" and "suppressions" not in each]
    assert bool(failing) == bool(result.findings.code)


@pytest.mark.parametrize("name", ALL)
def test_code_quality_has_what_gitlab_asks_for(name: str) -> None:
    """docs.gitlab.com, "Code Quality report format": these members, these severities, one fingerprint each."""
    issues = json.loads(FORMATS["gitlab-codequality"](result_of(name)))
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert not issue["location"]["path"].startswith(("./", "/"))
        assert issue["location"]["lines"]["begin"] >= 1
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)


@pytest.mark.parametrize("name", ALL)
def test_csv_has_one_row_a_prompt(name: str) -> None:
    result = result_of(name)
    rows = list(csv.DictReader(io.StringIO(FORMATS["csv"](result), newline=""), strict=True))
    ids = [each["prompt_id"] for each in result.document["prompts"]]
    assert [line["prompt_id"] for line in rows] == [csv_name(each, 2000) for each in ids]
    costs = "head_effective_cost" if result.findings.what == "diff" else "effective_cost"
    for line, each in zip(rows, result.document["prompts"], strict=True):
        side = each.get("head", each)
        assert line[costs] == ((side and side["effective_cost"]) or "")
        assert None not in line.values()


@pytest.mark.parametrize("name", ALL)
def test_annotations_are_as_many_as_github_shows(name: str) -> None:
    text = FORMATS["github"](result_of(name))
    for level in ("error", "warning", "notice"):
        assert len(re.findall(rf"(?m)^::{level}", text)) <= MAX_ANNOTATIONS


def test_badges_say_what_came_of_it() -> None:
    def color(name: str) -> tuple[str, str]:
        result = result_of(name)
        badge = badge_of(result.estimate, result.comparison, result.findings)
        return badge.message, badge.color

    assert color("check_everything") == ("≥ $6.50/month", "red")
    assert color("check_warned") == ("~$8.50/month", "yellow")
    assert color("check_unpriced") == ("≥ $1.00/month", "lightgrey")
    assert color("check_upper_within") == ("~$4.00/month", "brightgreen")
    assert color("estimate_plain")[1] == "blue"
    assert color("estimate_without_models")[1] == "lightgrey"
    assert color("issue_diff") == ("+$0.83/month (+13%)", "orange")
    assert color("diff_unpriced") == ("unknown", "lightgrey")
    assert color("diff_nothing") == ("unknown", "blue")


def test_every_rule_that_fails_somewhere_is_described() -> None:
    found = {each.rule for name in ALL for each in result_of(name).findings.items}
    assert found <= set(RULES)
    assert len(found) > 15


def test_an_agent_reads_less() -> None:
    """Of the twelve together: no more tokens than Markdown, and a fraction of the document, with the places besides."""
    texts = {"agent": "", "markdown": "", "json": ""}
    for name in TWELVE:
        result = result_of(name)
        texts["agent"] += FORMATS["agent"](result)
        texts["markdown"] += render_summary(result.report, result.findings)
        texts["json"] += render_json(result.document)
    tokens = {name: count_tokens(text, "o200k_base") for name, text in texts.items()}
    assert tokens["agent"] < tokens["markdown"], tokens
    assert tokens["agent"] < 0.125 * tokens["json"], tokens


def test_a_summary_is_cut_to_what_github_takes() -> None:
    rows = [row(f"prompts/{'long' * 40}/{n}", "0.10") for n in range(6000)]
    result = KINDS["diff"](plain_names(3))
    many = compare_estimates(estimate(label="main"), estimate(*rows, label="head"))
    text = render_summary(diff_report(many), result.findings)
    assert MAX_SUMMARY - 1000 < len(text.encode()) <= MAX_SUMMARY
    assert "\n\nCut to what a summary may have." in text


# --- charts -----------------------------------------------------------------------------------------------------------


def test_charts_show_the_amounts_of_the_report() -> None:
    result = result_of("diff_reasons")
    changes, costs, tags = charts_of(result.estimate, result.comparison, "team")
    assert [chart.kind for chart in (changes, costs, tags)] == ["waterfall", "bars", "treemap"]
    assert result.comparison is not None
    base, head = result.comparison.comparable()
    assert (changes.bars[0].end, changes.bars[-1].end) == (base, head)
    for before, after in zip(changes.bars[1:-1], changes.bars[2:-1], strict=False):
        assert before.end == after.start  # each step begins where the last one ended
    assert changes.bars[-2].end == head
    assert sum(bar.end for bar in costs.bars) == sum(bar.end for bar in tags.bars) == result.estimate.known_cost()


def test_many_prompts_are_summed_up() -> None:
    base = estimate(*(row(f"p{n:02}", "0.10") for n in range(40)), label="main")
    head = estimate(*(row(f"p{n:02}", "0.20", content_hash="2", tags={"n": str(n)}) for n in range(40)), label="head")
    changes, costs, tags = charts_of(head, compare_estimates(base, head))
    assert (len(changes.bars), changes.bars[-2].label, changes.bars[-2].words) == (14, ("29 more",), "+$2.90")
    assert (len(costs.bars), costs.bars[-1].label, costs.bars[-1].words) == (20, ("21 more",), "$4.20")
    assert (len(tags.bars), tags.bars[-1].words) == (24, "$3.40 (42%)")


@pytest.mark.parametrize("name", ["a", "prompts/a/very/long/way/to/it.md", "提示词/搜索.md", "提" * 40, "ｆｕｌｌ" * 9])
def test_labels_have_room_and_bars_the_rest(name: str) -> None:
    base, head = estimate(row(name, "1"), label="b"), estimate(row(name, "2", content_hash="x"), label="h")
    result = result_of("issue_diff")
    page = FORMATS["html"](Result(result.report, {}, head, compare_estimates(base, head), result.findings))
    labels = re.findall(r'<text class="label" x="(\d+)" y="\d+">([^<]*)</text>', page)
    assert len(labels) == 4
    for x, label in labels:
        wide = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in label)
        assert wide <= 30 and wide * 7 <= int(x)
        assert label.endswith("…") == (label not in (name, "Base: b", "Head: h"))
    edges = [
        float(x) + float(w) for x, w in re.findall(r'<rect class="\w+" x="([\d.]+)" y="\d+" width="([\d.]+)"', page)
    ]
    assert max(edges) == pytest.approx(760 - 120, abs=0.2)


def test_a_treemap_fills_its_area_and_nothing_overlaps() -> None:
    head = estimate(*(row(f"p{n}", str(n + 1), tags={"team": f"t{n}"}) for n in range(9)), label="head")
    page = FORMATS["html"](Result(result_of("issue_diff").report, {}, head, None, result_of("issue_diff").findings))
    boxes = [
        tuple(map(float, found))
        for found in re.findall(r'class="area[^"]*" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', page)
    ]
    assert len(boxes) == 9
    assert sum(w * h for _, _, w, h in boxes) == pytest.approx(760 * 220, rel=0.01)
    for n, (x, y, w, h) in enumerate(boxes):
        for x2, y2, w2, h2 in boxes[n + 1 :]:
            assert x + w <= x2 + 0.2 or x2 + w2 <= x + 0.2 or y + h <= y2 + 0.2 or y2 + h2 <= y + 0.2


# --- the same bytes ---------------------------------------------------------------------------------------------------

AGAIN = """
import sys
from llmcost_hooks.render.formats import FORMATS
from tests.pure.situations import SITUATIONS, TWELVE
for name in TWELVE:
    for form, draw in FORMATS.items():
        sys.stdout.buffer.write(draw(SITUATIONS[name]().result).encode())
"""


def test_the_same_bytes_whatever_the_hash_seed() -> None:
    runs = [
        subprocess.run([sys.executable, "-c", AGAIN], env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
                       capture_output=True, check=True).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    here = b"".join(draw(result_of(name)).encode() for name in TWELVE for draw in FORMATS.values())
    assert runs == [here, here]


# --- 20,000 hostile names in each -------------------------------------------------------------------------------------


class Outline(HTMLParser):
    """The elements of a page and the names of their attributes: what no name can change."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, ...]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, *(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.found.append((f"/{tag}",))

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment",))

    def handle_pi(self, data: str) -> None:
        self.found.append(("instruction",))


def html_outline(text: str) -> object:
    return Outline(text).found


def xml_outline(text: str) -> object:
    return [(each.tag, *each.keys()) for each in ElementTree.fromstring(text).iter()]


def json_outline(text: str) -> object:
    return blank(json.loads(text))


def blank(value: Any) -> Any:
    """The document without its texts."""
    if isinstance(value, dict):
        return {key: blank(item) for key, item in value.items()}
    return [blank(item) for item in value] if isinstance(value, list) else "" if isinstance(value, str) else value


def sarif_outline(text: str) -> object:
    for each in json.loads(text)["runs"][0]["results"]:
        message = each["message"]["text"]
        assert "](" not in message and not re.search(r"(?<!\{)(?:\{\{)*\{\d", message)
        assert re.fullmatch(
            r"[\w./~%-]+", each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], re.ASCII
        )
        assert harmless(message)
    return json_outline(text)


def log_outline(text: str) -> object:
    lines = text.split("\n")
    commands = [line for line in lines if line.lstrip().startswith("::")]
    for line in commands:
        place = r" file=[^,:]+,line=\d+,title=llm-cost%3A \w+"
        assert re.fullmatch(rf"::(error|warning|notice)({place})?::[^\r\n]*", line), line
        assert not re.search(r"%(?!0A|0D|25|3A|2C)", line)
    for line in lines:
        assert "##[" not in line and "##vso" not in line
        assert harmless(line.replace("\ufe0f", "")), line
    return [line.split("::")[1].split(" ")[0] if line in commands else "" for line in lines]


def agent_outline(text: str) -> object:
    lines = text.split("\n")
    assert all(harmless(line) for line in lines)
    return len(lines)


def csv_outline(text: str) -> object:
    """As a spreadsheet cuts it at commas, and as one in another country cuts the same cell at semicolons."""
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    for line in rows[1:]:
        for cell in line:
            if re.fullmatch(r"-?[\d.]+", cell):
                continue  # a number
            for part in re.split(r"[;,|\t\r\n]", cell):
                assert not re.match(r"[ \"]*[=+\-@＝＋－＠]", part), (part, cell)
            assert harmless(cell)
    return [len(line) for line in rows]


def markdown_outline(text: str) -> object:
    return [(token.type, len(token.children or []) > 0) for token in MARKDOWN.parse(text)]


OUTLINES: dict[str, Callable[[str], object]] = {
    "csv": csv_outline, "html": html_outline, "github": log_outline, "sarif": sarif_outline, "junit": xml_outline,
    "gitlab-codequality": json_outline, "badge": xml_outline, "shields": json_outline, "agent": agent_outline,
    "summary": markdown_outline,
}  # fmt: skip


def drawn(results: dict[str, Result], form: str) -> Iterator[object]:
    for kind, result in results.items():
        text = render_summary(result.report, result.findings) if form == "summary" else FORMATS[form](result)
        assert text == text.encode("utf-8", "surrogatepass").decode("utf-8"), kind  # no lone surrogate gets out
        yield OUTLINES[form](text)


@cache
def expected() -> dict[str, Result]:
    """The results with names that nobody could mind."""
    return {kind: build(plain_names()) for kind, build in KINDS.items()}


@cache
def batch(seed: int) -> dict[str, Result]:
    """The same results with 500 hostile names."""
    return {kind: build(hostile_names(seed)) for kind, build in KINDS.items()}


def test_every_format_has_its_outline() -> None:
    assert set(OUTLINES) == {*FORMATS, "summary"}


@pytest.mark.parametrize("form", OUTLINES)
def test_1000_names_change_nothing_but_words(form: str) -> None:
    check_format(form, range(2))


def check_format(form: str, seeds: Iterable[int]) -> None:
    want = list(drawn(expected(), form))
    for seed in seeds:
        for kind, got, plain in zip(KINDS, drawn(batch(seed), form), want, strict=True):
            assert got == plain, (seed, kind)


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("search", "search"), ("a-b=c", "a-b=c"), ("=1", "'=1"), (" +1", " '+1"), ("-x", "'-x"), ("@a", "'@a"),
        ("a;=1", "a;'=1"), ("a,-1", "a,'-1"), ('";"=1', '";"\'=1'), ("＝1", "'＝1"), ("a; b", "a; b"),
        ("\t=1", "\\x09=1"),
    ],
)  # fmt: skip
def test_cells(name: str, cell: str) -> None:
    assert csv_name(name) == cell


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("::error::x", "\\x3a:error::x"), ("  ::x::", "  \\x3a:x::"), ("src/a.py::NAME", "src/a.py::NAME"),
        ("a\n::b", "a\n\\x3a:b"), ("see ##[error]", "see \\x23#[error]"), ("# a", "# a"), ("###", "\\x23\\x23#"),
    ],
)  # fmt: skip
def test_lines_of_a_log(line: str, shown: str) -> None:
    assert log_text(line) == shown


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("prompts/search-v2.md", "prompts/search-v2.md"), ("a b/ü.md", "a%20b/%C3%BC.md"), ("caf\udce9", "caf%E9"),
        ("a:b?c#d%", "a%3Ab%3Fc%23d%25"), ("\ud800", "%ED%A0%80"),
    ],
)  # fmt: skip
def test_paths_as_uris(path: str, uri: str) -> None:
    assert uri_of(path) == uri
