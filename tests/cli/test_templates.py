"""Prompts that include others and have values put in, through the commands and the hook, over every kind of side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..repos import Repo
from .running import answer, call_hook, cost, failed, llm_cost, passed, rows, words

MANIFEST = """\
version = 1

[defaults]
model = "gpt-4o"
calls = 1000
output_tokens = 0

[budget]
limit = 10.00
period = "month"

[[prompts]]
path = "prompts/search.j2"
prompt_id = "search"
variables = { question = { p50 = 40, p95 = 90 } }

[[prompts]]
path = "prompts/chat.j2"
prompt_id = "chat"
variables = { message = 100 }
"""
BASE = words(300) + "\n"
PARTIAL = 300  # tokens; the newline at the end of a template is not sent


@pytest.fixture
def templates(tmp_path: Path) -> Repo:
    """Two prompts of 300 tokens from a shared partial, and little of their own."""
    repo = Repo.init(tmp_path / "templates")
    repo.write("llm-cost.toml", MANIFEST)
    repo.write("prompts/base.j2", BASE)
    repo.write("prompts/search.j2", "{% include 'base.j2' %} a a {{ question }}")
    repo.write("prompts/chat.j2", "{% include 'base.j2' %} a {{ message }}")
    repo.commit()
    return repo


def parts(row: dict[str, object]) -> dict[tuple[str, str], int]:
    found = row["parts"]
    assert isinstance(found, list)
    return {(part["kind"], part["name"]): part["tokens"] for part in found}


def test_what_a_prompt_is_made_of(templates: Repo) -> None:
    search = rows(answer(templates, "estimate"))["search"]
    own = parts(search)
    assert own[("include", "prompts/base.j2")] == PARTIAL
    assert own[("variable", "question")] == 40
    assert search["input_tokens"] == sum(own.values())
    low, high = search["input_tokens_band"]
    assert high - search["input_tokens"] == 50 + 2  # the 95th percentile, and two seams
    assert search["input_tokens"] - low == 2
    assert search["grade"] == "calibrated"
    assert search["includes"] == [{"path": "prompts/base.j2", "content_hash": templates.oid("HEAD:prompts/base.j2")}]
    assert (search["prefix_ends_at"], search["undeclared_variables"], search["requests"]) == ("question", [], 1)
    shown = passed(llm_cost(templates.path, "estimate", "--show-parts")).out
    assert "Parts of search: " in shown
    assert "300  include prompts/base.j2" in shown
    assert " 40  variable question" in shown


def test_an_include_comes_from_the_same_side(templates: Repo) -> None:
    templates.stage("prompts/base.j2", words(400))
    templates.write("prompts/base.j2", words(500))
    sides = {"--rev=HEAD": 300, "--staged": 400, "--show-parts": 500}
    for option, tokens in sides.items():
        own = parts(rows(answer(templates, "estimate", option))["search"])
        assert own[("include", "prompts/base.j2")] == tokens, option


def test_a_partial_that_git_does_not_track(templates: Repo) -> None:
    templates.write("prompts/search.j2", "{% include 'new.j2' %}{{ question }}")
    templates.write("prompts/new.j2", words(7))
    assert parts(rows(answer(templates, "estimate"))["search"])[("include", "prompts/new.j2")] == 7
    failed(llm_cost(templates.path, "estimate", "--rev", "HEAD", "nothing"), 2)


def test_a_shared_part_changes_every_prompt_that_includes_it(templates: Repo) -> None:
    templates.write("prompts/base.j2", words(500) + "\n")
    found = answer(templates, "diff", "HEAD")
    for prompt_id in ("search", "chat"):
        row = rows(found)[prompt_id]
        assert (row["content"], row["via"]) == ("modified", ["prompts/base.j2"])
        assert row["base"]["content_hash"] == row["head"]["content_hash"]
        assert row["delta"]["cost"] == cost("gpt-4o", 200, 0, 1000)
    both = cost("gpt-4o", 400, 0, 1000)
    assert found["shared_parts"] == [{"paths": ["prompts/base.j2"], "prompts": 2, "alone": 2, "delta": both}]
    text = passed(llm_cost(templates.path, "diff", "HEAD")).out
    assert "modified (via prompts/base.j2)" in text
    assert "prompts/base.j2 is in 2 prompts: ~+$1.00/month" in text


def test_without_a_model_sizes_are_as_honest(templates: Repo) -> None:
    """What is unknown is named, parts are shown, and an include that changed is named as what changed."""
    templates.write("llm-cost.toml", 'version = 1\n[[prompts]]\npath = "prompts/search.j2"\n')
    templates.commit()
    own = rows(answer(templates, "estimate"))["prompts/search.j2"]
    assert (own["model"], own["undeclared_variables"], own["requests"]) == (None, ["question"], 1)
    assert own["input_tokens"] == PARTIAL + 3 == sum(parts(own).values())
    assert own["input_tokens_band"][1] > own["input_tokens"]
    assert own["includes"] == [{"path": "prompts/base.j2", "content_hash": templates.oid("HEAD:prompts/base.j2")}]
    shown = passed(llm_cost(templates.path, "estimate", "--show-parts")).out
    for said in (f"≥ {PARTIAL + 3} tok", f"Total: ≥ ~{PARTIAL + 3} tokens", f"{PARTIAL}  include prompts/base.j2",
                 "?  variable question", "size of question unknown"):  # fmt: skip
        assert said in shown, said
    templates.write("prompts/base.j2", words(500) + "\n")
    row = rows(answer(templates, "diff", "HEAD"))["prompts/search.j2"]
    assert (row["content"], row["via"]) == ("modified", ["prompts/base.j2"])
    text = passed(llm_cost(templates.path, "diff", "HEAD")).out
    assert "modified (via prompts/base.j2)" in text
    assert "+200 tok" in text
    templates.write("prompts/search.j2", "{% include 'base.j2' %} a")
    text = passed(llm_cost(templates.path, "diff", "HEAD")).out
    assert f"≥ {PARTIAL + 3} tok  501 tok" in text
    assert "+198" not in text  # the size of question is in one of them only


def test_a_prompt_of_its_own_edit_is_not_via(templates: Repo) -> None:
    templates.write("prompts/search.j2", "{% include 'base.j2' %} {{ question }}")
    row = rows(answer(templates, "diff", "HEAD"))["search"]
    assert (row["content"], row["via"]) == ("modified", [])


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("prompts/search.j2", "{% include 'gone.j2' %}",
         "includes gone.j2, which is not there (prompts/search.j2 → gone.j2)"),
        ("prompts/base.j2", "{% include 'gone.j2' %}",
         "includes gone.j2, which is not there (prompts/search.j2 → prompts/base.j2 → gone.j2)"),
        ("prompts/base.j2", "{% include 'search.j2' %}",
         "includes itself (prompts/search.j2 → prompts/base.j2 → prompts/search.j2)"),
        ("prompts/base.j2", b"\0", "includes a file that cannot be read: prompts/base.j2 is binary"),
        ("prompts/base.j2", "{% if %}{{", "includes a file that cannot be read: prompts/base.j2 "),
    ],
)  # fmt: skip
def test_a_broken_include(templates: Repo, path: str, text: str | bytes, said: str) -> None:
    """Exit 3 with the chain; what does not include it is reported all the same."""
    templates.write("prompts/plain.j2", "a")
    manifest = (templates.path / "llm-cost.toml").read_text()
    templates.write("llm-cost.toml", manifest + '\n[[prompts]]\npath = "prompts/plain.j2"\nprompt_id = "plain"\n')
    templates.write(path, text)
    ran = failed(llm_cost(templates.path, "estimate"), 3)
    assert said in ran.out
    assert "plain" in ran.out
    failed(llm_cost(templates.path, "check"), 3)


@pytest.mark.parametrize(
    ("ref", "said", "hint"),
    [
        ("../.git/config", ".git/config cannot be read: not a path inside the repository", "nothing in .git is read"),
        ("link.j2", "prompts/link.j2 cannot be read: a symbolic link", "name the file that it leads to"),
        ("linked/x", "prompts/linked/x cannot be read: a symbolic link", "name the file that it leads to"),
        ("latin.j2", "prompts/latin.j2 cannot be read: working-tree-encoding has no value", "stage it"),
    ],
)
def test_an_include_that_is_not_read_says_what_to_do(templates: Repo, ref: str, said: str, hint: str) -> None:
    (templates.path / "prompts/link.j2").symlink_to("base.j2")
    (templates.path / "prompts/linked").symlink_to(".")
    templates.write("prompts/x", "a")
    templates.write("prompts/latin.j2", "a")
    templates.write(".gitattributes", "prompts/latin.j2 working-tree-encoding\n")
    templates.write("prompts/search.j2", f"{{% include '{ref}' %}}")
    failed(llm_cost(templates.path, "estimate"), 3, f"includes a file that cannot be read: {said}", hint)


def test_undeclared_variables_make_a_lower_bound(templates: Repo) -> None:
    templates.write("prompts/search.j2", "a {{ question }} {{ history }}")
    found = answer(templates, "estimate")
    search = rows(found)["search"]
    assert search["undeclared_variables"] == ["history"]
    assert (search["effective_cost"], found["total"]["cost"]) == (None, None)
    assert search["at_least"] is not None
    text = passed(llm_cost(templates.path, "estimate")).out
    assert "≥ ~$" in text
    assert "size of history unknown (name it in variables): the cost is a lower bound" in text
    row = rows(answer(templates, "diff", "HEAD"))["search"]
    assert row["delta"]["cost"] is None
    assert "the size of history is unknown on one side" in passed(llm_cost(templates.path, "diff", "HEAD")).out


def test_a_stated_size_that_no_variable_asks_for(templates: Repo) -> None:
    templates.write("prompts/search.j2", "a {{ query }}")
    text = passed(llm_cost(templates.path, "estimate")).out
    assert "question: stated in variables and no variable of the template; added to it" in text


def test_sizes_from_a_file_of_samples(templates: Repo) -> None:
    manifest = (templates.path / "llm-cost.toml").read_text()
    changed = manifest.replace("variables = { message = 100 }", 'variables_from = "samples/chat.json"')
    templates.write("llm-cost.toml", changed)
    loop = "{% for d in docs %} {{ d.text }}{% endfor %}{% if note %} {{ note }}{% else %} a a{% endif %} {{ message }}"
    templates.write("prompts/chat.j2", loop)
    samples = {"docs": [{"text": words(30)}, {"text": words(50)}], "note": "", "message": 12}
    templates.write("samples/chat.json", json.dumps(samples))
    chat = rows(answer(templates, "estimate"))["chat"]
    own = parts(chat)
    assert own[("variable", "d.text")] == 80
    assert ("variable", "note") not in own
    assert chat["undeclared_variables"] == []
    assert [each["path"] for each in chat["includes"]] == ["samples/chat.json"]
    (templates.path / "samples/chat.json").unlink()
    ran = failed(llm_cost(templates.path, "estimate"), 2)
    assert "has variables_from = samples/chat.json, which is not there" in ran.out
    templates.write("samples/chat.json", "[1]")
    assert "is no JSON object of sample values" in failed(llm_cost(templates.path, "estimate"), 3).out


def test_settings_beside_a_prompt(templates: Repo) -> None:
    """A Semantic Kernel function: config.json alone can change what it costs."""
    templates.write("Plugins/Chat/Ask/skprompt.txt", "a a a {{$input}}")
    settings = {"execution_settings": {"default": {"model_id": "gpt-4o", "max_tokens": 100}}}
    templates.write("Plugins/Chat/Ask/config.json", json.dumps(settings))
    path = "Plugins/Chat/Ask/skprompt.txt"
    templates.write(
        "llm-cost.toml", f'version = 1\n[[prompts]]\npath = "{path}"\nprompt_id = "ask"\nvariables = {{ input = 5 }}\n'
    )
    templates.commit()
    ask = rows(answer(templates, "estimate"))["ask"]
    assert (ask["model"], ask["output_tokens"], ask["output_basis"]) == ("gpt-4o", 100, "cap")
    settings["execution_settings"]["default"]["model_id"] = "gpt-4o-mini"
    templates.write("Plugins/Chat/Ask/config.json", json.dumps(settings))
    row = rows(answer(templates, "diff", "HEAD"))["ask"]
    assert (row["content"], row["via"]) == ("modified", ["Plugins/Chat/Ask/config.json"])
    assert (row["base"]["model"], row["head"]["model"]) == ("gpt-4o", "gpt-4o-mini")


def test_a_prompt_within_a_file(templates: Repo) -> None:
    templates.write("app/prompts.py", f'SYSTEM = "{words(20)}"\nOTHER = "{words(5)}"\nNUMBER = 3\n')
    listed = "".join(
        f'[[prompts]]\npath = "app/prompts.py::{name}"\nprompt_id = "{name.lower()}"\n' for name in ("SYSTEM", "OTHER")
    )
    templates.write("llm-cost.toml", f'version = 1\n[defaults]\nmodel = "gpt-4o"\n{listed}')
    found = rows(answer(templates, "estimate"))
    assert (found["system"]["input_tokens"], found["other"]["input_tokens"]) == (20, 5)
    assert found["system"]["path"] == "app/prompts.py::SYSTEM"
    one = rows(answer(templates, "estimate", "app/prompts.py::OTHER"))
    assert list(one) == ["other"]
    templates.commit()
    templates.write("app/prompts.py", f'SYSTEM = "{words(20)}"\nOTHER = "{words(9)}"\n')
    delta = rows(answer(templates, "diff", "HEAD"))
    assert delta["system"]["delta"]["cost"] is None or delta["system"]["head"]["input_tokens"] == 20
    assert delta["other"]["head"]["input_tokens"] == 9
    ran = failed(llm_cost(templates.path, "estimate", "app/prompts.py::SYSTEN"), 3)
    assert "SYSTEM" in ran.out + ran.err


def test_a_format_for_what_a_pattern_matches(templates: Repo) -> None:
    templates.write("texts/a.txt", "a {name}")
    discover = 'include = ["texts/*"]\nformats = { "texts/*.txt" = "f-string" }\n'
    templates.write("llm-cost.toml", f'version = 1\n[defaults]\nmodel = "gpt-4o"\n[discover]\n{discover}')
    templates.commit()
    assert rows(answer(templates, "estimate"))["texts/a.txt"]["undeclared_variables"] == ["name"]


def test_the_memo_changes_no_byte(templates: Repo) -> None:
    passed(llm_cost(templates.path, "estimate"))
    warm = passed(llm_cost(templates.path, "estimate", "--format", "json"))
    cold = passed(llm_cost(templates.path, "estimate", "--format", "json", "--no-cache"))
    assert warm.out == cold.out


def test_a_staged_partial_concerns_the_hook(templates: Repo) -> None:
    """Its prompts are not staged, and cost more than the budget all the same."""
    templates.stage("prompts/base.j2", words(3000))
    ran = call_hook(templates.path, module="llmcost_hooks.hooks.pre_commit")
    assert ran.code == 1, ran
    assert "Budget exceeded" in ran.out


def test_files_outside_of_a_repository(tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_text("{% include 'b.j2' %} {{ x }}")
    (tmp_path / "b.j2").write_text(words(9))
    found = rows(answer(tmp_path, "estimate", "a.j2", "--model", "gpt-4o"))["a.j2"]
    assert parts(found)[("include", "b.j2")] == 9


# --- a batch, row by row ----------------------------------------------------------------------------------------------


def batch(repo: Repo, name: str, text: str) -> str:
    repo.write(name, text)
    return name


def test_a_batch_before_it_is_run(templates: Repo) -> None:
    lines = [json.dumps({"question": words(count)}) for count in (10, 20, 30, 400)]
    data = batch(templates, "rows.jsonl", "\n".join(lines) + "\n\n")
    found = answer(templates, "estimate", "prompts/search.j2", "--data", data)
    fixed = found["input_tokens"] - 460
    assert fixed % 4 == 0
    each = [cost("gpt-4o", fixed // 4 + count, 0) for count in (10, 20, 30, 400)]
    assert found["schema"] == "llm-cost/rows/1"
    assert (found["rows"], found["p50"], found["p95"]) == (4, each[1], each[3])
    assert found["most_expensive"] == {"line": 4, "cost": each[3]}
    assert found["total"] == cost("gpt-4o", found["input_tokens"], 0)
    text = passed(llm_cost(templates.path, "estimate", "prompts/search.j2", "--data", data)).out
    assert "line 4 (most expensive)" in text


def test_rows_of_csv(templates: Repo) -> None:
    data = batch(templates, "rows.csv", f'id,question\n1,"{words(10)}"\n2,"{words(9)}\nb"\n')
    found = answer(templates, "estimate", "prompts/search.j2", "--data", data)
    assert (found["rows"], found["undeclared_variables"]) == (2, [])


def test_a_row_may_be_a_document(templates: Repo) -> None:
    data = batch(templates, "rows.csv", f'question\n"{words(70_000)}"\n')
    assert answer(templates, "estimate", "prompts/search.j2", "--data", data)["input_tokens"] > 70_000
    text = passed(llm_cost(templates.path, "estimate", "prompts/search.j2", "--data", data)).out
    assert "Estimated cost of 1 row: " in text
    assert "  ~70,3" in text  # not exact where the value meets the text around it


@pytest.mark.parametrize("option", [("--calls", "1000"), ("--show-parts",)])
def test_what_means_nothing_beside_rows_is_refused(templates: Repo, option: tuple[str, ...]) -> None:
    data = batch(templates, "rows.jsonl", '{"question": "a"}\n')
    ran = llm_cost(templates.path, "estimate", "prompts/search.j2", "--data", data, *option)
    failed(ran, 2, f"--data and {option[0]} are both given")


def test_rows_that_lack_a_variable_are_lower_bounds(templates: Repo) -> None:
    templates.write("prompts/search.j2", "a {{ question }} {{ history }}")
    data = batch(templates, "rows.csv", "question\nb\n")
    text = passed(llm_cost(templates.path, "estimate", "prompts/search.j2", "--data", data)).out
    assert text.count("≥ ~") == 2 * 4  # sizes and costs


@pytest.mark.parametrize(
    ("name", "text", "code", "said"),
    [
        ("rows.csv", "a,b,a\n1,2,3\n", 3, "rows.csv:1 names a variable twice"),
        ("rows.jsonl", '{"a": 1}\n{"a": ', 3, "rows.jsonl:2 is not valid JSON"),
        ("rows.jsonl", "[1]\n", 3, "rows.jsonl:1 is no JSON object"),
        ("rows.jsonl", "\n", 3, "holds no row"),
        ("rows.csv", "a,b\n1\n", 3, "rows.csv:2 has not as many fields as the header"),
        ("rows.csv", 'a,b\n"1\n', 3, "is not valid CSV"),
        ("rows.txt", "a", 2, "neither CSV nor JSONL"),
        ("gone/rows.csv", "", 2, "cannot be read: missing"),
    ],
)
def test_rows_that_cannot_be_read(templates: Repo, name: str, text: str, code: int, said: str) -> None:
    if "gone" not in name:
        batch(templates, name, text)
    failed(llm_cost(templates.path, "estimate", "prompts/search.j2", "--data", name), code, said)


def test_a_batch_is_of_one_prompt(templates: Repo) -> None:
    data = batch(templates, "rows.jsonl", '{"question": "a"}\n')
    failed(llm_cost(templates.path, "estimate", "--data", data), 2, "--data prices one prompt, and 2 were found")


# --- the prefix that a cache can reuse --------------------------------------------------------------------------------


def test_an_early_variable_costs_what_could_be_cached(templates: Repo) -> None:
    stated = MANIFEST.replace('model = "gpt-4o"', 'model = "claude-sonnet-4-5"\ncache_hit_ratio = 0.6')
    templates.write("llm-cost.toml", stated)
    templates.write("prompts/base.j2", words(3000))
    templates.commit()
    assert "(< " not in passed(llm_cost(templates.path, "estimate")).out
    templates.write("prompts/search.j2", "{{ question }} {% include 'base.j2' %}")
    checked = llm_cost(templates.path, "check")
    assert "search: question ends what can be cached after 0 tokens (claude-sonnet-4-5 caches 1,024 and more)" in (
        checked.out
    )
    assert "/month at cache_hit_ratio 0.6. Put what varies last." in checked.out
    text = passed(llm_cost(templates.path, "diff", "HEAD")).out
    assert "note: search: cacheable prefix 3" in text
    assert " → 0 tokens, +$" in text
    assert "/month at cache_hit_ratio 0.6" in text
