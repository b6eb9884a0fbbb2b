"""Every way to write llm-cost.toml wrong, with the exact line, message and hint."""

from __future__ import annotations

import pytest

from llmcost_hooks.errors import ConfigError
from llmcost_hooks.manifest import MAX_BYTES, parse_manifest
from llmcost_hooks.prompts import FORMATS

TOP = "Known keys: budget, defaults, discover, policy, prices, prompts, quality, tags, tokens, version."
PROMPT = (
    "Known keys: avg_input_tokens, cache_hit_ratio, cache_write_ratio, calls, calls_per_example, fine_tuned, format, "
    "images, limit, max_increase, max_tokens, model, output_ratio, output_tokens, path, price_version, pricing_id, "
    "prompt_id, region, scenario, service_tier, tags, time_of_day, training_calls, training_tokens, variables, "
    "variables_from."
)
COUNT, NUMBER = "must be a whole number, 0 or more", "must be a number, 0 or more, with at most 12 decimals"
DAY = 'tokens.x.on must be a day such as "2026-06-01", or the version of a price file'
TEXT = 'must be a text, for example "gpt-4o"'
TOML = 'There, or in the line above it, it is no TOML: model = "gpt-4o", limit = 10.00'
TAGS = 'must be a table of texts, for example { team = "platform" }'
INCREASE = 'must be a share such as "25%" or an amount such as "$5.00"'
TAG = 'must be a tag and its value, for example "team:search"'
SHARE = 'must be a share from "0%" to "100%", for example "10%"'
MODELS = 'must be a list of models, in which * stands for any characters, for example ["gpt-4o*"]'
ID = 'must be 1 to 128 of the characters A-Z a-z 0-9 . _ / -, and not "total", which is all of them in a waiver'
RELATIVE = 'must be relative to the top of the repository, with "/" between its parts'
PATTERNS = 'must be a list of patterns, for example ["prompts/**/*.md"]'
SCENARIOS, FORMAT = "must be one of default, cached, batch", "must be one of " + ", ".join(FORMATS)


def error_of(data: bytes | str, origin: str = "llm-cost.toml") -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse_manifest(data.encode() if isinstance(data, str) else data, origin=origin)
    return caught.value


# Below `version = 1`, so that the first line of each is line 2.
BROKEN = [
    # unknown keys
    ("budgets = 1", 2, 'unknown key "budgets"', 'Did you mean "budget"?'),
    ("[budgt]", 2, 'unknown key "budgt"', 'Did you mean "budget"?'),
    ("zzz = 1", 2, 'unknown key "zzz"', TOP),
    ("[zzz.deep.er]", 2, 'unknown key "zzz"', TOP),
    ("zzz.deep = 1", 2, 'unknown key "zzz"', TOP),
    ('"" = 1', 2, 'unknown key ""', TOP),
    ("[[zzz]]", 2, 'unknown key "zzz"', TOP),
    ("[budget]\nlimits = 5", 3, 'unknown key "limits" in [budget]', 'Did you mean "limit"?'),
    ("[budget]\nlimit = 5\n\nmax_incrase = '5%'", 5, 'unknown key "max_incrase" in [budget]',
     'Did you mean "max_increase"?'),
    ("[budget.limit]", 2, "budget.limit must be a number", ""),
    ("[defaults]\nmodle = 'x'", 3, 'unknown key "modle" in [defaults]', 'Did you mean "model"?'),
    ("[defaults]\nprompt_id = 'x'", 3, 'unknown key "prompt_id" in [defaults]',
     "Known keys: avg_input_tokens, cache_hit_ratio, cache_write_ratio, calls, format, model, output_ratio, "
     "output_tokens, region, scenario, service_tier, time_of_day."),
    ("[discover]\nincludes = []", 3, 'unknown key "includes" in [discover]', 'Did you mean "include"?'),
    ("[[prompts]]\npath = 'a'\noutput_token = 3", 4, 'unknown key "output_token" in [prompts]',
     'Did you mean "output_tokens"?'),
    ("[[prompts]]\npath = 'a'\n[[prompts]]\npath = 'b'\nid = 'b'", 6, 'unknown key "id" in [prompts]',
     PROMPT),
    ("k" * 60 + " = 1", 2, f'unknown key "{"k" * 39}…"', TOP),
    ('[tokens."gpt-4o"]\nratios = 1', 3, 'unknown key "ratios" in [tokens.gpt-4o]', 'Did you mean "ratio"?'),
    # a project's own ratios
    ("tokens = 5", 2, 'tokens must be tables by model, written as [tokens."claude-sonnet-4-5"]', ""),
    ("[tokens]\ngpt-4o = 1.3", 2, 'tokens must be tables by model, written as [tokens."claude-sonnet-4-5"]', ""),
    ('[tokens."x"]\nratio = 1\nlow = 1\nhigh = 1', 2, 'the ratio of "x" needs on',
     'For example: [tokens."x"] ratio = 1.31, low = 1.25, high = 1.40, on = "2026-11-20"'),
    ('[tokens."x"]\non = "2026-11-20"\nlow = 1\nhigh = 2\nratio = 2.1', 6,
     'the ratio of "x" is not between its low and its high', ""),
    ('[tokens."x"]\nratio = 11', 3, "tokens.x.ratio must be a ratio from 0.1 to 10", ""),
    ('[tokens."x"]\nlow = 0.09', 3, "tokens.x.low must be a ratio from 0.1 to 10", ""),
    ('[tokens."x"]\nhigh = "1.3"', 3, "tokens.x.high must be a number", ""),
    ('[tokens."x"]\non = "yesterday"', 3, DAY, ""),
    ("[budget]\njudge = 'high'", 3, "budget.judge must be one of typical, upper", ""),
    *((f"[[prompts]]\npath = 'a'\nimages = {value}", 4,
       'prompts.images must be a list of sizes in pixels, for example ["1024x768", "512x512 low"]', "")
      for value in ("'1x1'", "['0x5']", "['1024']", "['1024x768 auto']", "[5]", "['100000x1']", "['1x1\\n']")),
    # tables
    ("budget = 5", 2, "budget must be a table", ""),
    ("defaults = []", 2, "defaults must be a table", ""),
    ("discover = 'x'", 2, "discover must be a table", ""),
    ("[[budget]]", 2, "budget must be a table", ""),
    ("defaults = 2026-11-22", 2, "defaults must be a table", ""),
    ("tags = 'x'", 2, f"tags {TAGS}", ""),
    ("[tags]\nteam = 'a'\nsize = 3", 2, f"tags {TAGS}", ""),
    ("[prompts]\npath = 'a'", 2, "prompts must be written as [[prompts]]", ""),
    ("prompts = 'a'", 2, "prompts must be written as [[prompts]]", ""),
    ("prompts = ['a']", 2, "prompts must be a table", ""),
    # numbers
    ("[budget]\nlimit = '5'", 3, "budget.limit must be a number", ""),
    ("[budget]\nlimit = true", 3, "budget.limit must be a number", ""),
    ("[budget]\nlimit = -0.01", 3, f"budget.limit {NUMBER}", ""),
    ("[budget]\nlimit = nan", 3, f"budget.limit {NUMBER}", ""),
    ("[budget]\nlimit = -nan", 3, f"budget.limit {NUMBER}", ""),
    ("[budget]\nlimit = inf", 3, f"budget.limit {NUMBER}", ""),
    ("[budget]\nlimit = 1e16", 3, f"budget.limit {NUMBER}", ""),
    ("[budget]\nlimit = 0.0000000000001", 3, f"budget.limit {NUMBER}", ""),
    ("[budget]\nlimit = 1e-13", 3, f"budget.limit {NUMBER}", ""),
    ("[budget]\nlimit = 1e-999999", 3, f"budget.limit {NUMBER}", ""),
    ("[budget]\nlimit = 2026-11-22", 3, "budget.limit must be a number", ""),
    ("[budget]\nlimit = 10:30:00", 3, "budget.limit must be a number", ""),
    ("[defaults]\ncalls = -1", 3, f"defaults.calls {COUNT}", ""),
    ("[defaults]\ncalls = 1.0", 3, f"defaults.calls {COUNT}", ""),
    ("[defaults]\ncalls = true", 3, f"defaults.calls {COUNT}", ""),
    ("[defaults]\ncalls = '1'", 3, f"defaults.calls {COUNT}", ""),
    ("[defaults]\ncalls = 1000000000000001", 3, f"defaults.calls {COUNT}", ""),
    ("[defaults]\noutput_tokens = 0.5", 3, f"defaults.output_tokens {COUNT}", ""),
    ("[defaults]\navg_input_tokens = []", 3, f"defaults.avg_input_tokens {COUNT}", ""),
    ("[defaults]\noutput_ratio = '0.1'", 3, "defaults.output_ratio must be a number", ""),
    ("[defaults]\noutput_ratio = -1", 3, f"defaults.output_ratio {NUMBER}", ""),
    ("[defaults]\ncache_hit_ratio = 1.01", 3, "defaults.cache_hit_ratio must be between 0 and 1", ""),
    ("[defaults]\ncache_write_ratio = 1.01", 3, "defaults.cache_write_ratio must be between 0 and 1", ""),
    ("[defaults]\ncache_hit_ratio = 60", 3, "defaults.cache_hit_ratio must be between 0 and 1", ""),
    ("[defaults]\ncache_hit_ratio = '60%'", 3, "defaults.cache_hit_ratio must be a number", ""),
    # texts and choices
    ("[defaults]\nmodel = ''", 3, f"defaults.model {TEXT}", ""),
    ("[defaults]\nmodel = ' \t'", 3, f"defaults.model {TEXT}", ""),
    ("[defaults]\nmodel = ['a']", 3, f"defaults.model {TEXT}", ""),
    (f"[defaults]\nmodel = '{'m' * 257}'", 3, f"defaults.model {TEXT}", ""),
    ("[defaults]\nscenario = 'Batch'", 3, f"defaults.scenario {SCENARIOS}", ""),
    ("[defaults]\nscenario = {}", 3, f"defaults.scenario {SCENARIOS}", ""),
    ("[defaults]\nformat = 'jinja'", 3, f"defaults.format {FORMAT}", ""),
    ("[budget]\nperiod = 'monthly'", 3, "budget.period must be one of day, week, month, quarter, year", ""),
    ("[budget]\nperiod = 30", 3, "budget.period must be one of day, week, month, quarter, year", ""),
    # currencies
    ("[budget]\ncurrency = 'EUR'", 3, "amounts are in EUR, and no usd_rate is given",
     "Write what one EUR is in US dollars, for example: usd_rate = 1.08"),
    ("[budget]\ncurrency = 'euro'", 3,
     'budget.currency must be the three letters of a currency, for example "USD" or "EUR"', ""),
    ("[budget]\ncurrency = 5", 3,
     'budget.currency must be the three letters of a currency, for example "USD" or "EUR"', ""),
    ("[budget]\nusd_rate = 1.08", 3, "usd_rate is given, and currency is USD", "Keep one of the two."),
    ("[budget]\ncurrency = 'USD'\nusd_rate = 1", 4, "usd_rate is given, and currency is USD", "Keep one of the two."),
    ("[budget]\ncurrency = 'EUR'\nusd_rate = 0", 4, "budget.usd_rate must be more than 0", ""),
    ("[budget]\ncurrency = 'EUR'\nusd_rate = -1", 4, f"budget.usd_rate {NUMBER}", ""),
    ("[budget]\ncurrency = 'EUR'\nusd_rate = '1.08'", 4, "budget.usd_rate must be a number", ""),
    ("[budget]\ncurrency = 'EUR'\nusd_rate = 1\nmax_increase = '$5'", 5,
     "max_increase is in USD, and the manifest's currency is EUR", 'Write it as "€5.00".'),
    ("[budget]\ncurrency = 'CHF'\nusd_rate = 1\n[[budget.by_tag]]\ntag = 'a:b'\nmax_increase = '€5'", 7,
     "max_increase is in EUR, and the manifest's currency is CHF", 'Write it as "5.00 CHF".'),
    ("[[prompts]]\npath = 'a'\nmax_increase = '5 GBP'", 4,
     "max_increase is in GBP, and the manifest's currency is USD", 'Write it as "$5.00".'),
    # warnings
    ("[budget]\nwarn = '80%'", 3, "warn is a share of limit, and there is no limit", "Write limit = 10.00."),
    ("[budget]\nlimit = 5\nwarn = '101%'", 4, f"budget.warn {SHARE}", ""),
    ("[budget]\nlimit = 5\nwarn = 5.01", 4, "warn is above limit, where check fails already", 'For example: "80%"'),
    ("[budget]\nlimit = 5\nwarn = 'much'", 4, f"budget.warn {INCREASE}", ""),
    ("[budget]\nlimit = 5\nwarn = true", 4, "budget.warn must be a number", ""),
    # limits of tags
    ("[budget]\nby_tag = 5", 3, "budget.by_tag must be written as [[budget.by_tag]]", ""),
    ("[budget.by_tag]\ntag = 'a:b'", 2, "budget.by_tag must be written as [[budget.by_tag]]", ""),
    ("[[budget.by_tag]]\nlimit = 5", 2, "a [[budget.by_tag]] entry needs a tag", 'For example: tag = "team:search"'),
    ("[[budget.by_tag]]\ntag = 'search'\nlimit = 5", 3, f"budget.by_tag.tag {TAG}", ""),
    ("[[budget.by_tag]]\ntag = 'team:'\nlimit = 5", 3, f"budget.by_tag.tag {TAG}", ""),
    ("[[budget.by_tag]]\ntag = ' :x'\nlimit = 5", 3, f"budget.by_tag.tag {TAG}", ""),
    ("[[budget.by_tag]]\ntag = 5\nlimit = 5", 3, f"budget.by_tag.tag {TAG}", ""),
    ("[[budget.by_tag]]\ntag = 'a:b'", 2, 'nothing is limited for "a:b"', "For example: limit = 5.00"),
    ("[[budget.by_tag]]\ntag = 'a:b'\nlimit = 5\n[[budget.by_tag]]\ntag = 'a:b'\nlimit = 6", 6,
     'tag "a:b" is used twice', "Keep one entry for it."),
    ("[[budget.by_tag]]\ntag = 'a:b'\nlimt = 5", 4, 'unknown key "limt" in [budget.by_tag]', 'Did you mean "limit"?'),
    ("[[budget.by_tag]]\ntag = 'a:b'\nwarn = '80%'", 4, "warn is a share of limit, and there is no limit",
     "Write limit = 10.00."),
    # rules
    ("policy = 5", 2, "policy must be a table", ""),
    ("[policy]\nheadrom = '5%'", 3, 'unknown key "headrom" in [policy]', 'Did you mean "headroom"?'),
    ("[policy]\nheadroom = 10", 3, f"policy.headroom {SHARE}", ""),
    ("[policy]\nheadroom = '101%'", 3, f"policy.headroom {SHARE}", ""),
    ("[policy]\nheadroom = '$5'", 3, f"policy.headroom {SHARE}", ""),
    ("[policy]\nmax_tokens = 1.5", 3, f"policy.max_tokens {COUNT}", ""),
    ("[policy]\nallow_models = []", 3, f"policy.allow_models {MODELS}", ""),
    ("[policy]\nallow_models = 'gpt-4o'", 3, f"policy.allow_models {MODELS}", ""),
    ("[policy]\ndeny_models = ['']", 3, f"policy.deny_models {MODELS}", ""),
    ("[policy]\ndeny_models = ['a', 5]", 3, f"policy.deny_models {MODELS}", ""),
    ("[policy]\nrequire_tags = []", 3, 'policy.require_tags must be a list of names of tags, for example ["team"]', ""),
    ("[policy]\nrequire_prompt_id = 'yes'", 3, "policy.require_prompt_id must be true or false", ""),
    # training
    ("[[prompts]]\npath = 'a'\ntraining_calls = 2", 4, "training_calls is given without training_tokens",
     "Write training_tokens too."),
    ("[[prompts]]\npath = 'a'\ncalls_per_example = 2", 4, "calls_per_example is given without training_tokens",
     "Write training_tokens too."),
    ("[[prompts]]\npath = 'a'\ntraining_tokens = -1", 4, f"prompts.training_tokens {COUNT}", ""),
    ("[defaults]\ntraining_tokens = 1", 3, 'unknown key "training_tokens" in [defaults]',
     'Did you mean "avg_input_tokens"?'),
    ("[budget]\nrequire_output = 1", 3, "budget.require_output must be true or false", ""),
    ("[budget]\nrequire_output = 'true'", 3, "budget.require_output must be true or false", ""),
    ("[budget]\nmax_increase = 25", 3, f"budget.max_increase {INCREASE}", ""),
    ("[budget]\nmax_increase = '25'", 3, f"budget.max_increase {INCREASE}", ""),
    ("[budget]\nmax_increase = '-25%'", 3, f"budget.max_increase {INCREASE}", ""),
    ("[budget]\nmax_increase = '5.00$'", 3, f"budget.max_increase {INCREASE}", ""),
    ("[budget]\nmax_increase = '٢٥%'", 3, f"budget.max_increase {INCREASE}", ""),
    ("[budget]\nmax_increase = '25%\\n'", 3, f"budget.max_increase {INCREASE}", ""),
    # prompts
    ("[[prompts]]", 2, "a [[prompts]] entry needs a path", 'For example: path = "prompts/search.txt"'),
    ("[[prompts]]\npath = 'a'\n\n[[prompts]]\nmodel = 'x'", 5, "a [[prompts]] entry needs a path",
     'For example: path = "prompts/search.txt"'),
    ("[[prompts]]\npath = 3", 3, "prompts.path must be a path", ""),
    ("[[prompts]]\npath = ''", 3, "prompts.path must be the path of a file", ""),
    ("[[prompts]]\npath = './'", 3, "prompts.path must be the path of a file", ""),
    ("[[prompts]]\npath = 'a/'", 3, "prompts.path must be the path of a file", ""),
    ("[[prompts]]\npath = 'a//b'", 3, "prompts.path must be the path of a file", ""),
    ("[[prompts]]\npath = 'a/./b'", 3, "prompts.path must be the path of a file", ""),
    ('[[prompts]]\npath = "a\\nb"', 3, "prompts.path must be the path of a file", ""),
    (f"[[prompts]]\npath = '{'p' * 4097}'", 3, "prompts.path must be the path of a file", ""),
    ("[[prompts]]\npath = '/etc/passwd'", 3, f"prompts.path {RELATIVE}", ""),
    ("[[prompts]]\npath = 'a\\b'", 3, f"prompts.path {RELATIVE}", ""),
    ("[[prompts]]\npath = 'C:/a'", 3, f"prompts.path {RELATIVE}", ""),
    ("[[prompts]]\npath = '../a'", 3, "prompts.path must be inside the repository", ""),
    ("[[prompts]]\npath = 'a/../../b'", 3, "prompts.path must be inside the repository", ""),
    ("[[prompts]]\npath = '.git/config'", 3, "prompts.path must be inside the repository", ""),
    ("[[prompts]]\npath = 'x/.GIT. /config'", 3, "prompts.path must be inside the repository", ""),
    ("[[prompts]]\npath = 'GIT~1/config'", 3, "prompts.path must be inside the repository", ""),
    ("[[prompts]]\npath = 'a'\nprompt_id = 'a b'", 4, f"prompts.prompt_id {ID}", ""),
    ("[[prompts]]\npath = 'a'\nprompt_id = ''", 4, f"prompts.prompt_id {ID}", ""),
    ("[[prompts]]\npath = 'a'\nprompt_id = 'é'", 4, f"prompts.prompt_id {ID}", ""),
    (f"[[prompts]]\npath = 'a'\nprompt_id = '{'i' * 129}'", 4, f"prompts.prompt_id {ID}", ""),
    ('[[prompts]]\npath = "a"\nprompt_id = "a\\n"', 4, f"prompts.prompt_id {ID}", ""),
    ("[[prompts]]\npath = 'a'\nprompt_id = 7", 4, f"prompts.prompt_id {ID}", ""),
    ("[[prompts]]\npath = 'a'\nprompt_id = 'total'", 4, f"prompts.prompt_id {ID}", ""),
    ("[[prompts]]\npath = 'a'\ntags = ['x']", 4, f"prompts.tags {TAGS}", ""),
    ("[[prompts]]\npath = 'a'\ntags = { x = 1 }", 4, f"prompts.tags {TAGS}", ""),
    ("[[prompts]]\npath = 'a'\nvariables = 3", 4,
     "prompts.variables must be a table of token counts, for example { documents = 1800 }", ""),
    ("[[prompts]]\npath = 'a'\nvariables = { x = -1 }", 4, f"prompts.variables {COUNT}", ""),
    ("[[prompts]]\npath = 'a'\n[[prompts]]\npath = './a'", 5, 'path "a" is used twice (first on line 3)', ""),
    ("[[prompts]]\npath = 'a'\nprompt_id = 'x'\n[[prompts]]\npath = 'b'\nprompt_id = 'x'", 7,
     'prompt_id "x" is used twice (first on line 4)', ""),
    ("[[prompts]]\npath = 'a'\n[[prompts]]\npath = 'b'\nprompt_id = 'a'", 6,
     'prompt_id "a" is used twice (first on line 2)', ""),
    ("[[prompts]]\npath = 'a'\noutput_tokens = 3\noutput_ratio = 0.5", 5,
     "output_tokens and output_ratio are both given", "Keep one."),
    ("[defaults]\noutput_ratio = 0.5\noutput_tokens = 3", 3,
     "output_tokens and output_ratio are both given", "Keep one."),
    # patterns
    ("[discover]\ninclude = 'a'", 3, f"discover.include {PATTERNS}", ""),
    ("[discover]\nexclude = [1]", 3, f"discover.exclude {PATTERNS}", ""),
    ("[discover]\ninclude = ['/a']", 3,
     "discover.include must be a list of patterns: '/a' is not a usable path pattern", ""),
    ("[discover]\ninclude = ['a']\nexclude = ['[z-a]']", 4,
     "discover.exclude must be a list of patterns: The range z-a of a character class is empty", ""),
    # where keys stand
    ("budget = { limit = 'x' }", 2, "budget.limit must be a number", ""),
    ("\n\nbudget.limit = 'x'", 4, "budget.limit must be a number", ""),
    ("budget.period = 'day'\n\n'budget' . \"limit\" = 'x'", 4, "budget.limit must be a number", ""),
    ('["budget"]\n"limit" = "x"', 3, "budget.limit must be a number", ""),
    ("  [ budget ]  # comment\n\t limit\t= 'x'", 3, "budget.limit must be a number", ""),
    ("[budget]\n# limit = 1\nlimit = 'x'", 4, "budget.limit must be a number", ""),
    ("prompts = [\n  { path = 'a' },\n  { path = 3 },\n]", 2, "prompts.path must be a path", ""),
    ("[[prompts]]\npath = 'a'\n[[prompts]]\npath = 'b'\n[prompts.tags]\nx = 1", 6, f"prompts.tags {TAGS}", ""),
    ("[[prompts]]\npath = 'a'\ntags.x = 1", 4, f"prompts.tags {TAGS}", ""),
    ("[[prompts]]\npath = 'a'\n[prompts.nonsense]", 4, 'unknown key "nonsense" in [prompts]',
     PROMPT),
    ("[tags]\ntext = '''\n[budget]\nlimit = 1\n'''\n[budget]\nlimit = 'x'", 8, "budget.limit must be a number", ""),
    ('[tags]\ntext = """a"""\n[budget]\nlimit = "x"', 5, "budget.limit must be a number", ""),
    ("# one \u2028 line\n[budget]\nlimit = 'x'", 4, "budget.limit must be a number", ""),
    ("[discover]\ninclude = [\n  'a',\n  'limit = 3',\n]\n[budget]\nlimit = 'x'", 8,
     "budget.limit must be a number", ""),
    # what is not TOML
    ("limit", 2, "Expected '=' after a key in a key/value pair", TOML),
    ("[budget]\n[budget]", 3, "Cannot declare ('budget',) twice", TOML),
    ("[budget]\nlimit = 1\nlimit = 2", 4, "Cannot overwrite a value", TOML),
    ("x = ", 2, "Invalid value", TOML),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "message", "hint"), BROKEN)
def test_a_broken_manifest_says_where_what_and_what_to_write(text: str, line: int, message: str, hint: str) -> None:
    for ending in ("\n", "\r\n"):
        found = error_of(f"version = 1\n{text}\n".replace("\n", ending))
        assert (found.message, found.hint) == (f"llm-cost.toml:{line}: {message}", hint)


@pytest.mark.parametrize(
    ("data", "message", "hint"),
    [
        (b"", "llm-cost.toml:1: version = 1 is required", "Write it on the first line."),
        (b"\n\nversion = 2", "llm-cost.toml:3: version = 1 is required", "Write it on the first line."),
        (b"version = 1.0", "llm-cost.toml:1: version = 1 is required", "Write it on the first line."),
        (b"version = true", "llm-cost.toml:1: version = 1 is required", "Write it on the first line."),
        (b"version = '1'", "llm-cost.toml:1: version = 1 is required", "Write it on the first line."),
        (b"[budget]\nlimit = 1", "llm-cost.toml:1: version = 1 is required", "Write it on the first line."),
        (b"version = 1\nx = '\xff'", "llm-cost.toml:2: not UTF-8 (at byte 17)", "Save it as UTF-8 text."),
        (b"\xff\xfev\0e\0r\0", "llm-cost.toml:1: not UTF-8 (at byte 0)", "Save it as UTF-8 text."),
        (b"version = 1\r[budget]", "llm-cost.toml:1: Expected newline or end of document after a statement", TOML),
        (b"version = 1\n\xef\xbb\xbf[budget]", "llm-cost.toml:2: Invalid statement", TOML),
        (b"version = 1\nx = 1\0", "llm-cost.toml:2: Expected newline or end of document after a statement", TOML),
        (b'version = 1\nx = "\\ud800"', "llm-cost.toml:2: Escaped character is not a Unicode scalar value", TOML),
        (b"#" * (MAX_BYTES + 1), "llm-cost.toml: larger than 256 KiB", ""),
    ],
)
def test_a_file_that_is_no_manifest_at_all(data: bytes, message: str, hint: str) -> None:
    found = error_of(data)
    assert (found.message, found.hint) == (message, hint)


TOO_MUCH = "llm-cost.toml: nested too deeply, or a number too large to read"


@pytest.mark.parametrize(
    "text",
    ["x = " + "[" * 100_000, "x = " + "[" * 100_000 + "]" * 100_000, "x = " + "{a=" * 60_000, "x = " + "9" * 5000,
     "x = 1e99999999999999999999", "x = 1e-99999999999999999999", ".".join("a" * 100_000) + " = 1"],
)  # fmt: skip
def test_bombs_end_at_once(text: str) -> None:
    assert error_of(f"version = 1\n{text}").message == TOO_MUCH


def test_the_offending_text_is_not_repeated() -> None:
    found = error_of("version = 1\nmodel: gpt-4o\nsystem prompt: you are a helpful secret")
    assert "secret" not in found.message + found.hint


def test_the_origin_is_the_callers() -> None:
    assert error_of("version = 2", "main:llm-cost.toml").message.startswith("main:llm-cost.toml:1: ")
    assert error_of(b"\xff", "main:llm-cost.toml").message.startswith("main:llm-cost.toml:1: ")
    assert error_of(b"x", "main:llm-cost.toml").message.startswith("main:llm-cost.toml:1: ")
