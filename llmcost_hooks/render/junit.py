"""Findings as JUnit XML: a test case for every prompt, and one for every limit on several prompts that fails."""

from __future__ import annotations

from collections.abc import Sequence

from ..findings import ERROR, NOTE, Finding, Findings
from ..report import Name
from .lines import plain_line, xml_line
from .sanitise import xml_name, xml_text


def render_junit(findings: Findings) -> str:
    """A limit that does not hold is a failure, what cannot be judged an error, what a waiver allows is skipped."""
    known = {prompt_id for prompt_id, _ in findings.prompts}
    of_prompts: dict[str, list[Finding]] = {}
    general: dict[tuple[str, str], list[Finding]] = {}
    for each in findings.items:
        if each.prompt_id in known:
            of_prompts.setdefault(each.prompt_id or "", []).append(each)
        else:
            general.setdefault((each.rule, each.tag or each.path), []).append(each)
    cases = [_case(prompt_id, path, of_prompts.get(prompt_id, ())) for prompt_id, path in findings.prompts]
    cases += [_case(f"{rule} of {about}", "llm-cost", found) for (rule, about), found in general.items()]
    if not general:
        cases.append(_case("limits of all prompts", "llm-cost", ()))
    kinds = [kind for kind, _ in cases]
    counts = " ".join(
        f'{name}="{number}"'
        for name, number in (
            ("tests", len(cases)), ("failures", kinds.count("failure")), ("errors", kinds.count("error")),
        )
    )  # fmt: skip
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites {counts}>",
        f'  <testsuite name="llm-cost {findings.what}" {counts} skipped="{kinds.count("skipped")}">',
        *(line for _, line in cases),
        "  </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _case(name: str, place: str, found: Sequence[Finding]) -> tuple[str, str]:
    """(what came of it, its element)."""
    failing = [each for each in found if each.level == ERROR]
    waived = [each for each in found if each.waived]
    kind = "passed"
    inside = ""
    if failing or waived:
        unknown = any(each.unknown() for each in failing)
        kind = "error" if unknown else "failure" if failing else "skipped"
        shown = failing or waived
        rules = ", ".join(dict.fromkeys(each.rule for each in shown))
        body = "\n".join(map(_paragraph, shown))
        message = xml_line(shown[0].message)
        inside += f'\n      <{kind} type="{xml_text(rules)}" message="{message}">{xml_text(body)}</{kind}>'
    if said := [each for each in found if each.level != ERROR and not each.waived]:
        text = "\n".join(f"{each.level if each.level != NOTE else 'note'}: {_paragraph(each)}" for each in said)
        inside += f"\n      <system-out>{xml_text(text)}</system-out>"
    head = f'    <testcase classname="{xml_name(place)}" name="{xml_name(name)}"'
    return kind, f"{head}>{inside}\n    </testcase>" if inside else f"{head}/>"


def _paragraph(each: Finding) -> str:
    place = plain_line((Name(each.path), f":{each.line}"))
    elsewhere = each.stated_elsewhere()
    stated = plain_line((" (stated in ", Name(elsewhere[0]), f":{elsewhere[1]})")) if elsewhere else ""
    advice = f"\n  {plain_line(each.advice)}" if each.advice else ""
    owner = plain_line(("\n  owner: ", Name(each.owner))) if each.owner else ""
    return f"{place}: {plain_line(each.message)}{stated}{advice}{owner}"
