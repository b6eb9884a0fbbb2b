"""Where each assumption about a prompt comes from: command line, line of a manifest, the file itself, a default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from .manifest import Assumptions, Manifest
from .manifest_source import KeyPath, Source
from .nested import governing
from .prompts import PromptFacts
from .render.money import format_exact
from .snapshot import PromptFile

COMMAND_LINE = "command line"
ITSELF = "the file itself"
ATTRIBUTES = "llmcost-model in .gitattributes"


class Given(NamedTuple):
    """One assumption: what it is called in a manifest, its value, and where that comes from."""

    name: str
    value: str
    origin: str


class Origins:
    """Finds the places of one prompt's assumptions."""

    def __init__(
        self, file: PromptFile, manifest: Manifest | None, held: Mapping[str, bytes], typed: Assumptions
    ) -> None:
        """`held` has the manifests of the side by path; `typed` is what the command line says for all prompts."""
        every = {each.directory: each for each in manifest.every()} if manifest else {}
        self._manifest = every.get(governing(file.path, every))
        path = self._manifest.path() if self._manifest else ""
        self._source = Source(path, held[path]) if path in held else None
        self._typed = typed
        self._file = file
        entries = self._manifest.prompts if self._manifest else ()
        self._entry = next((n for n, entry in enumerate(entries) if entry.path == file.path), None)

    def of(self, name: str) -> str:
        """Where the field `name` of the file's assumptions comes from."""
        if getattr(self._typed, name) not in (None, ()):
            return COMMAND_LINE
        if self._manifest is None:
            return "default"
        entry = None if self._entry is None else self._manifest.prompts[self._entry]
        if entry is not None and getattr(entry.assumptions, name) not in (None, ()):
            return self._place(("prompts", self._entry or 0, name), "[[prompts]]")
        return self._place(("defaults", name.removeprefix("default_")), "[defaults]")

    def of_model(self, facts: PromptFacts | None) -> str:
        """Where the model's name comes from (decision 10)."""
        if self._file.assumptions.model is not None:
            return self.of("model")
        if facts is not None and facts.model is not None:
            return ITSELF
        if self._file.default_model is None:
            return self.of("pricing_id")
        defaults = self._manifest.defaults.model if self._manifest else None
        return self._place(("defaults", "model"), "[defaults]") if defaults == self._file.default_model else ATTRIBUTES

    def of_period(self) -> str:
        return self._place(("budget", "period"), "[budget]")

    def _place(self, path: KeyPath, table: str) -> str:
        return f"{self._source.origin}:{self._source.line(path)} {table}" if self._source else "default"


def given_assumptions(
    file: PromptFile, facts: PromptFacts | None, period: str | None, origins: Origins
) -> Iterator[Given]:
    """Every assumption that holds for a prompt, with its origin; the model, which has a section of its own, apart."""
    stated = file.assumptions
    if stated.calls is None and period is None:
        yield Given("calls", "1", "default: one call, since no [budget] period is declared")
    for name, value in stated._asdict().items():
        if value not in (None, ()) and name != "model":
            yield Given(name.removeprefix("default_"), value_text(name, value), origins.of(name))
    if period is not None:
        yield Given("period", period, origins.of_period())
    capped = stated.output_tokens is None and stated.output_ratio is None
    if capped and facts is not None and facts.output_cap is not None:
        yield Given("output_tokens", f"at most {facts.output_cap}", f"{ITSELF}: its own limit")
    elif capped:
        yield Given("output_tokens", "unknown", "nobody states it: the cost is a lower bound")
    if stated.scenario is None:
        yield Given("scenario", "default", "default")


def value_text(name: str, value: object) -> str:
    """A value as it would be written in a manifest."""
    if isinstance(value, Decimal):
        return format_exact(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if name == "variables" and isinstance(value, tuple):
        return ", ".join(f"{each} {low}" + (f" (p95 {high})" if high != low else "") for each, low, high in value)
    if name == "images" and isinstance(value, tuple):
        return ", ".join(f"{width}x{height} {detail}".strip() for width, height, detail in value)
    return str(value)
