"""The keys that this release trusts for prices, and those that it knows to be worthless. Data; docs/publishing.md says
how a key gets here.

A release is the only way by which a pin reaches everybody: nothing in a repository, a manifest or a price file names
one. Without any pin an update is accepted only from keys that the user of this machine trusts: `llm-cost prices trust`.
"""

from __future__ import annotations

PINNED: tuple[str, ...] = ()  # minisign public keys, "RW...": the second line of a .pub file
REVOKED: tuple[tuple[str, str], ...] = ()  # (key, reason)
