"""`[budget]`, `[policy]` and the limits of a prompt: what a manifest allows. Amounts are USD once they are read."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, Inexact
from typing import Any, NamedTuple

from .errors import ConfigError
from .manifest_grammar import read_table
from .manifest_source import KeyPath, Source
from .manifest_values import (
    SIGNS,
    Amount,
    one_of,
    read_amount,
    read_boolean,
    read_count,
    read_currency,
    read_models,
    read_names,
    read_number,
    read_percent,
    read_rate,
    read_tag,
    read_warning,
)
from .prices.exact import EXACT

PERIODS = ("day", "week", "month", "quarter", "year")
JUDGED = ("typical", "upper")
USD = "USD"


class Limits(NamedTuple):
    """What one prompt, or several together, may cost. USD per period; shares are percents."""

    limit: Decimal | None = None
    warn_percent: Decimal | None = None  # of `limit`: from there on it is warned
    warn: Decimal | None = None
    max_increase_percent: Decimal | None = None  # of base
    max_increase: Decimal | None = None

    def warns_from(self) -> Decimal | None:
        """USD from which on it is warned."""
        return self.warn if self.warn_percent is None else share_of(self.limit, self.warn_percent)

    def limits_increase(self) -> bool:
        return self.max_increase is not None or self.max_increase_percent is not None


class TagLimits(NamedTuple):
    """The limits of the prompts that have a tag."""

    key: str
    value: str
    limits: Limits

    def tag(self) -> str:
        return f"{self.key}:{self.value}"


class Budget(NamedTuple):
    limit: Decimal | None = None  # USD per period
    period: str | None = None
    max_increase_percent: Decimal | None = None
    max_increase: Decimal | None = None  # USD per period
    require_output: bool = False
    judge: str = "typical"  # where in their bands the costs are judged: "typical" or "upper"
    warn_percent: Decimal | None = None
    warn: Decimal | None = None  # USD per period
    currency: str = USD  # in which the manifest states its amounts
    usd_rate: Decimal | None = None  # USD for one of `currency`; None: it is USD
    max_prompt_increase_percent: Decimal | None = None  # of each prompt over its own base
    max_prompt_increase: Decimal | None = None  # USD per period
    max_train: Decimal | None = None  # USD per period, of training alone
    max_infer: Decimal | None = None  # USD per period, of everything else
    ratchet: bool = False  # what is over its limit already fails only where the change makes it dearer
    by_tag: tuple[TagLimits, ...] = ()
    approve_above: Decimal | None = None  # USD per period: an increase above it needs an approval in its commits

    def whole(self) -> Limits:
        """The limits of all prompts together."""
        return Limits(self.limit, self.warn_percent, self.warn, self.max_increase_percent, self.max_increase)

    def limits_increase(self) -> bool:
        of_prompts = self.max_prompt_increase is not None or self.max_prompt_increase_percent is not None
        return (
            of_prompts or self.whole().limits_increase() or any(each.limits.limits_increase() for each in self.by_tag)
        )

    def stated(self, usd: Decimal) -> Decimal | None:
        """An amount of the manifest as it is stated there, in `currency`; None where it is none of the manifest."""
        try:
            return usd if self.usd_rate is None else EXACT.divide(usd, self.usd_rate)
        except Inexact:
            return None


class Policy(NamedTuple):
    """What every prompt has to keep to."""

    max_tokens: int | None = None  # of input
    headroom: Decimal | None = None  # percent of the context window that input and output leave free
    allow_models: tuple[str, ...] = ()  # patterns; (): all
    deny_models: tuple[str, ...] = ()
    require_tags: tuple[str, ...] = ()
    require_prompt_id: bool = False


def share_of(whole: Decimal | None, percent: Decimal) -> Decimal | None:
    """A percentage of an amount, exactly; None of what is not known."""
    return None if whole is None else EXACT.multiply(whole, percent.scaleb(-2))


def read_budget(table: object, source: Source) -> Budget:
    """`[budget]`. Raises ConfigError with file and line."""
    values = read_table(table, GRAMMAR, ("budget",), source)
    currency, rate = values.pop("currency", USD), values.pop("usd_rate", None)
    if currency != USD and rate is None:
        at = ("budget", "currency")
        raise source.error(at, f"amounts are in {currency}, and no usd_rate is given", _RATE.format(currency))
    if currency == USD and rate is not None:
        raise source.error(("budget", "usd_rate"), "usd_rate is given, and currency is USD", "Keep one of the two.")
    money = Money(currency, rate, source)
    by_tag = _by_tag(values.pop("by_tag", []), money, source)
    rules = {key: values.pop(key) for key in _RULES & values.keys()}
    budget = Budget(currency=currency, usd_rate=rate, by_tag=by_tag, **rules)
    return budget._replace(**money.limits(values, ("budget",)))


def read_policy(table: object, source: Source) -> Policy:
    """`[policy]`. Raises ConfigError with file and line."""
    return Policy(**read_table(table, POLICY, ("policy",), source))


class Money(NamedTuple):
    """The currency of a manifest, and how its amounts become USD."""

    currency: str
    rate: Decimal | None
    source: Source

    def limits(self, values: Mapping[str, Any], path: KeyPath) -> dict[str, Any]:
        """Amounts and shares by the names that they have in `Limits` and `Budget`. ConfigError for a wrong currency."""
        found: dict[str, Decimal] = {}
        for key, value in values.items():
            amount = value if isinstance(value, Amount) else Amount(money=value)
            if amount.currency not in (None, self.currency):
                sign = next((f"{sign}5.00" for sign, code in SIGNS.items() if code == self.currency), "")
                hint = f'Write it as "{sign or f"5.00 {self.currency}"}".'
                what = f"{key} is in {amount.currency}, and the manifest's currency is {self.currency}"
                raise self.source.error((*path, key), what, hint)
            if amount.percent is not None:
                found[f"{key}_percent"] = amount.percent
            elif amount.money is not None:
                found[key] = amount.money if self.rate is None else EXACT.multiply(amount.money, self.rate)
        _refuse_late_warning(found, path, self.source)
        return found


def _refuse_late_warning(found: Mapping[str, Decimal], path: KeyPath, source: Source) -> None:
    if "warn_percent" in found and "limit" not in found:
        raise source.error((*path, "warn"), "warn is a share of limit, and there is no limit", "Write limit = 10.00.")
    if "limit" in found and found.get("warn", 0) > found["limit"]:
        raise source.error((*path, "warn"), "warn is above limit, where check fails already", 'For example: "80%"')


def _by_tag(tables: list[dict[str, Any]], money: Money, source: Source) -> tuple[TagLimits, ...]:
    found: dict[tuple[str, str], TagLimits] = {}
    for n, table in enumerate(tables):
        path = ("budget", "by_tag", n)
        if "tag" not in table:
            raise source.error(path, "a [[budget.by_tag]] entry needs a tag", 'For example: tag = "team:search"')
        key, value = table["tag"]
        limits = money.limits({name: item for name, item in table.items() if name != "tag"}, path)
        if (key, value) in found:
            raise source.error((*path, "tag"), f'tag "{key}:{value}" is used twice', "Keep one entry for it.")
        if not limits:
            raise source.error(path, f'nothing is limited for "{key}:{value}"', "For example: limit = 5.00")
        found[key, value] = TagLimits(key, value, Limits(**limits))
    return tuple(found.values())


def unknown_tag(each: TagLimits, origin: str, tags: list[Mapping[str, str]]) -> ConfigError:
    """The error of limits on a tag that no prompt has: a limit on nothing would hold for ever."""
    import difflib

    known = sorted({f"{key}:{value}" for own in tags for key, value in own.items()})
    near = difflib.get_close_matches(each.tag(), known, 1, 0.5)
    hint = f'Did you mean "{near[0]}"?' if near else "Tag a prompt with it, or remove the entry."
    return ConfigError(f'{origin}: [[budget.by_tag]] tag = "{each.tag()}": no prompt has that tag', hint)


_RATE = "Write what one {} is in US dollars, for example: usd_rate = 1.08"
_RULES = {"period", "judge", "require_output", "ratchet"}
_LIMITS = {"limit": read_number, "warn": read_warning, "max_increase": read_amount}
GRAMMAR: dict[str, Any] = {
    **_LIMITS,
    "currency": read_currency,
    "usd_rate": read_rate,
    "period": one_of(PERIODS),
    "judge": one_of(JUDGED),
    "require_output": read_boolean,
    "max_prompt_increase": read_amount,
    "max_train": read_number,
    "max_infer": read_number,
    "approve_above": read_number,
    "ratchet": read_boolean,
    "by_tag": [{"tag": read_tag, **_LIMITS}],
}
POLICY = {
    "max_tokens": read_count,
    "headroom": read_percent,
    "allow_models": read_models,
    "deny_models": read_models,
    "require_tags": read_names,
    "require_prompt_id": read_boolean,
}
OF_PROMPT = {"limit": read_number, "max_increase": read_amount}
