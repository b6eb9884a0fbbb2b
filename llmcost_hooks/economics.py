"""What costs are quoted for: one call, the declared period, or a million calls of every prompt."""

from __future__ import annotations

from .errors import ConfigError
from .manifest import Assumptions, Manifest
from .snapshot import Snapshot

CALL, PERIOD, MILLION = "call", "period", "million"
UNITS = (CALL, PERIOD, MILLION)
CALLS = {CALL: 1, MILLION: 1_000_000}


def quoted_per(snapshot: Snapshot, unit: str | None) -> Snapshot:
    """The side with its costs quoted for `unit`; None leaves it as its manifest says.

    Training is paid by the period, and is no part of calls. Raises ConfigError where no period is declared.
    """
    manifest = snapshot.manifest
    if unit is None:
        return snapshot
    if unit == PERIOD:
        if manifest is None or not any(each.budget.period for each in manifest.every()):
            raise ConfigError(
                f"--per period, and no period is declared ({snapshot.label})",
                'Write it in llm-cost.toml: [budget] period = "month", and calls for every prompt.',
            )
        return snapshot
    files = tuple([file._replace(assumptions=_called(file.assumptions, CALLS[unit])) for file in snapshot.files])
    return snapshot._replace(files=files, manifest=manifest and _without_period(manifest))


def _called(assumed: Assumptions, calls: int) -> Assumptions:
    return assumed._replace(calls=calls, training_tokens=None, training_calls=None, calls_per_example=None)


def _without_period(manifest: Manifest) -> Manifest:
    nested = tuple((directory, _without_period(below)) for directory, below in manifest.nested)
    return manifest._replace(budget=manifest.budget._replace(period=None), nested=nested)
