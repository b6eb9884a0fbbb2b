"""What an edit of a template costs whose variables have sizes that nobody states: known where any gives the same."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ..repos import Repo
from .running import answer, llm_cost, passed

MANIFEST = """\
version = 1

[defaults]
model = "gpt-4o"
calls = 1000
{output}
format = "jinja2"

[[prompts]]
path = "p.j2"
prompt_id = "p"
{variables}
"""
ONE_TOKEN = Decimal("0.01")  # of output in each of 1,000 calls, to which a ratio of an odd size is rounded
OUTPUTS = ["output_tokens = 50", "output_ratio = 0.5", ""]
TEXT = """\
Answer briefly.
{{ question }}
Name the source. {% if formal %}Be formal.{% endif %}
{{ rules }} {{ question }}
"""
SAME = {  # edits that put in as much as before
    "longer": TEXT.replace("briefly", "in one short sentence, and say what you are not sure of"),
    "shorter": TEXT.replace("Name the source. ", ""),
    "in another order": TEXT.replace("{{ rules }} {{ question }}", "{{ question }} {{ rules }}"),
    "no branch": TEXT.replace("{% if formal %}Be formal.{% endif %}", "Be formal."),
}
OTHER = {
    "once more": TEXT + "{{ question }}",
    "once less": TEXT.replace(" {{ question }}\n", "\n"),
    "in a branch": TEXT.replace("Be formal.", "{{ rules }}").replace("{{ rules }} {{ question }}", "{{ question }}"),
    "in a loop": TEXT.replace("{{ rules }}", "{% for each in rules %}{{ each }}{% endfor %}"),
}


def edited(repo: Repo, text: str, output: str, sizes: str = "") -> None:
    """HEAD~1 has TEXT and HEAD `text`."""
    variables = f"variables = {sizes}" if sizes else ""
    repo.write("llm-cost.toml", MANIFEST.format(output=output, variables=variables))
    repo.write("p.j2", TEXT)
    repo.commit("base")
    repo.write("p.j2", text)
    repo.commit("head")


def delta(repo: Repo) -> str | None:
    found = answer(repo, "diff", "HEAD~1", "HEAD")
    change: str | None = found["total"]["delta"]
    assert found["prompts"][0]["delta"]["cost"] == change
    return change


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("name", SAME)
def test_whatever_size_the_variables_have_the_edit_costs_the_same(name: str, output: str, repo: Repo) -> None:
    edited(repo, SAME[name], output)
    known = delta(repo)
    assert known is not None and (name == "in another order") == (Decimal(known) == 0)
    for sizes in ("{ question = 0, rules = 0 }", "{ question = 7, rules = 4000 }", "{ question = 5000, rules = 1 }"):
        edited(repo, SAME[name], output, sizes)
        off = abs(Decimal(delta(repo) or "nan") - Decimal(known))
        assert off == 0 or ("ratio" in output and off <= ONE_TOKEN)


@pytest.mark.parametrize("name", OTHER)
def test_where_their_sizes_matter_nothing_is_said(name: str, repo: Repo) -> None:
    edited(repo, OTHER[name], "output_tokens = 50")
    assert delta(repo) is None
    edited(repo, OTHER[name], "output_tokens = 50", "{ question = 500, rules = 50 }")
    assert delta(repo) is not None


@pytest.mark.parametrize("name", ["in a branch", "in a loop"])
def test_behind_a_condition_no_edit_is_known(name: str, repo: Repo) -> None:
    """How often they are put in is not known, so whether that stayed the same is not either."""
    edited(repo, OTHER[name].replace("briefly", "at length"), "output_tokens = 50")
    repo.write("p.j2", OTHER[name])
    repo.commit("once more")
    assert delta(repo) is None


def test_the_comment_says_what_the_edit_adds(repo: Repo) -> None:
    edited(repo, SAME["longer"], "")
    body = passed(llm_cost(repo.path, "comment", "github", "--dry-run", "--base", "HEAD~1")).out
    assert "### ✅ This change adds ~$0.03: no budget is set\n" in body
    assert "(~+$0.03)" in body
