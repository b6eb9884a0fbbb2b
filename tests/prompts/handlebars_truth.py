"""What Handlebars itself renders of generated templates, kept in `handlebars_truth.json`.

No Python package renders Handlebars as Handlebars does. So its answers are kept, made by running this module where
Node.js finds the package `handlebars`: `NODE_PATH=.../node_modules python -m tests.prompts.handlebars_truth`.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import NamedTuple

from .generating import VALUES, Handlebars

KEPT = Path(__file__).with_name("handlebars_truth.json")
PARTIALS = {"card": "[{{@root.city}}]\n", "shared/line": "{{#if @root.on}}yes{{/if}}"}
# What random templates hardly reach.
BY_HAND = (
    "{{#each docs}}\n  {{title}}\n{{/each}}\n",
    "{{#if on}}\n a\n{{else}}\n b\n{{/if}}\n",
    "{{#tags}}<{{.}}>{{/tags}}{{#user}}{{name}}{{/user}}{{#on}}{{name}}{{/on}}{{#off}}no{{else}}off{{/off}}",
    "{{^nothing}}A{{else}}B{{/nothing}}{{^tags}}A{{else}}B{{/tags}}",
    "{{#user as |u|}}{{u.name}}{{/user}}",
    "{{#with user as |u|}}{{u.name}}{{#each u.langs as |l i|}}{{u.mail}}{{l}}{{i}}{{../name}}{{/each}}{{else}}none{{/with}}",
    "{{#each docs as |d i|}}{{#each d.marks as |m j|}}{{j}}{{d.title}}{{m}}{{@../index}}{{/each}}{{/each}}",
    "{{#each docs}}{{#if @first}}first{{/if}}{{#unless @last}}, {{/unless}}{{/each}}",
    "{{docs.0.title}}{{docs.[1].title}}{{user/name}}{{[name]}}{{this.name}}{{./city}}{{@root.user.name}}",
    '{{#*inline "row"}}<{{title}}>{{/inline}}{{#each docs}}{{> row}}{{/each}}\n',
    '{{#*inline "row"}}<{{name}}>{{/inline}}\n{{> row}}{{> row user}}',
    "{{#> frame}}body {{name}}{{/frame}}",
    "{{#> frame}}\n{{name}}\n{{/frame}}\n",
    "{{> card user}}",
    "a\n  {{> card}}\nb",
    "{{lookup user 'name'}}{{lookup tags 1}}",
    "{{~#if on~}}  \n x \n {{~else~}} y {{~/if~}}\n  z",
    "\\{{name}} {{city}}",
    "\\{{a}}\\{{b}}\\\\{{city}}",
    "a\\{{b\n",
    "{{#if off}}a{{else if nothing}}b{{else if on}}\nc\n{{else}}d{{/if}}",
    "{{!-- {{a}} --}}{{! b }}\n{{!c}}",
    "{{{{raw}}}}\n{{{{x}}}}{{a}}{{{{/x}}}}\n{{{{/raw}}}}",
    "{{#if true}}t{{/if}}{{#unless false}}f{{/unless}}",
    "{{#each nothing}}\na\n{{else}}\nb\n{{/each}}",
    "{{~name~}} \n {{city}} \n {{~! c ~}} x",
    "{{#if on}}\r\n  a\r\n{{/if}}\r\nb",
    "{{#if on}}\n\n{{#if on}}\n\n{{/if}}\n\n{{/if}}\n",
    "{{#each docs}}\n\n{{/each}}",
    "  {{#if on}}x{{/if}}  \n",
)
PARTIALS["frame"] = "<{{> @partial-block}}>"


class Case(NamedTuple):
    template: str
    rendered: str | None  # None: Handlebars refuses it


def templates() -> list[str]:
    return [*BY_HAND, *(Handlebars(seed).several(3) for seed in range(300))]


def kept() -> list[Case]:
    return [Case(*pair) for pair in json.loads(KEPT.read_text())]


_PROGRAM = """
const bars = require("handlebars").create();
const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
for (const name of Object.keys(given.partials)) bars.registerPartial(name, given.partials[name]);
bars.registerHelper("raw", function (options) { return options.fn(this); });
const out = given.templates.map(one => {
  try { return [one, bars.compile(one, {noEscape: true})(given.values)]; } catch (error) { return [one, null]; }
});
process.stdout.write(JSON.stringify(out));
"""


def main() -> None:
    given = json.dumps({"partials": PARTIALS, "templates": templates(), "values": VALUES})
    made = subprocess.run(["node", "-e", _PROGRAM], input=given, capture_output=True, text=True, check=True).stdout
    KEPT.write_text("[\n" + ",\n".join(json.dumps(pair) for pair in json.loads(made)) + "\n]\n")


if __name__ == "__main__":
    main()
