"""Findings as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import hashlib
from typing import Any

from .. import __version__
from ..findings import ERROR, RULES, Finding, Findings
from ..report import Name
from .jsonparts import render_json
from .lines import plain_line, uri_of

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render_sarif(findings: Findings) -> str:
    """One run; every rule that it speaks of is described. What a waiver allows is a suppressed result."""
    used = [rule for rule in RULES if any(each.rule == rule for each in findings.items)]
    return render_json(
        {
            "$schema": _SCHEMA,
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "llm-cost",
                            "semanticVersion": __version__,
                            "rules": [{"id": rule, "shortDescription": {"text": RULES[rule]}} for rule in used],
                        }
                    },
                    "columnKind": "unicodeCodePoints",
                    "results": [_result(each, used) for each in findings.items],
                }
            ],
        }
    )


def fingerprint(each: Finding) -> str:
    """Names a finding across runs: what it is about, and neither its line nor its amount."""
    parts = (each.rule, each.path, each.prompt_id or "", each.tag or "", each.stated[0] if each.stated else "")
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _result(each: Finding, used: list[str]) -> dict[str, Any]:
    text = plain_line(each.message)
    text += f". {plain_line(each.advice)}" if each.advice else ""
    text += plain_line((" Owner: ", Name(each.owner))) if each.owner else ""
    result: dict[str, Any] = {
        "ruleId": each.rule,
        "ruleIndex": used.index(each.rule),
        "level": ERROR if each.waived else each.level,
        "message": {"text": _message(text)},
        "locations": [_location(each.path, each.line)],
        "partialFingerprints": {"llmCost/v1": fingerprint(each)},
    }
    if stated := each.stated_elsewhere():
        result["relatedLocations"] = [
            {"id": 1, **_location(*stated), "message": {"text": f"{each.rule} is stated here"}}
        ]
    if each.waived:
        result["suppressions"] = [{"kind": "external", "justification": "A waiver in the change's messages allows it."}]
    return result


def _location(path: str, line: int) -> dict[str, Any]:
    place = {"uri": uri_of(path), "uriBaseId": "%SRCROOT%"}
    return {"physicalLocation": {"artifactLocation": place, "region": {"startLine": line}}}


def _message(text: str) -> str:
    """Without placeholders (section 3.11.5: braces are doubled) and links (3.11.6: `[text](target)`)."""
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")
