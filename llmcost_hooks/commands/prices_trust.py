"""`llm-cost prices trust`: a publisher of this user's own choice, on this machine."""

from __future__ import annotations

import os
import sys

import click

from ..boundary import write
from ..errors import ConfigError
from ..prices.pins import PINNED, REVOKED
from ..prices.signing import BadKey, PublicKey, parse_key
from ..prices.trust import Roots, Trust, revoked_keys
from ..pricestore import PRICES, change_trust, load_trust, store_directory
from .asking import confirm

HELP = """Trust a publisher's key on this machine, for this user.

KEY is the second line of the publisher's .pub file: RW... It is shown with its id and asked about; compare the id with
what the publisher says elsewhere. From then on update-db accepts price files that this key signed. Nothing in a
repository can do this.

\b
  llm-cost prices trust RWQ...
  llm-cost prices trust --list
  llm-cost prices trust --remove RWQ...

\b
Exit codes: 0; 1 not trusted, as you answered; 2 not a key, or nobody to ask; 4 a revoked key.
"""


@click.command("trust", help=HELP)
@click.argument("key", required=False)
@click.option("--list", "listing", is_flag=True, help="The keys that are trusted here.")
@click.option("--remove", is_flag=True, help="No longer trust the key.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def trust_command(key: str | None, listing: bool, remove: bool, yes: bool) -> int:
    directory = store_directory(os.environ)
    if directory is None:
        raise ConfigError("This user has no home directory to keep keys in", "Set HOME or XDG_DATA_HOME.")
    if listing:
        write(sys.stdout, _list(load_trust(directory)))
        return 0
    if key is None:
        raise ConfigError("Which key? KEY is missing", "For example: llm-cost prices trust RWQ...")
    try:
        public = parse_key(key)
    except BadKey as bad:
        raise ConfigError(f"The key {bad}", "Copy it from the publisher's .pub file.") from None
    if remove:
        return _remove(directory, public)
    _refuse_revoked(public, load_trust(directory))
    write(sys.stdout, f"Key id {public.shown()}\n    {public.text}\n")
    question = "Accept price files that this key signed, on this machine?"
    if not yes and not confirm(question, "Without a terminal: llm-cost prices trust --yes KEY"):
        write(sys.stdout, "Not trusted.\n")
        return 1
    change_trust(directory, lambda trust: trust._replace(trusted=tuple(dict.fromkeys((*trust.trusted, public.text)))))
    write(sys.stdout, f"✓ Key {public.shown()} is trusted on this machine\n")
    return 0


def _remove(directory: str, key: PublicKey) -> int:
    """By its 32 bytes. What it signed and is installed is judged anew when it is read next."""

    def without(trust: Trust) -> Trust:
        trusted = tuple(text for text in trust.trusted if parse_key(text).key != key.key)
        introduced = tuple(each for each in trust.introduced if parse_key(each.to).key != key.key)
        return trust._replace(trusted=trusted, introduced=introduced, verified=None)

    if any(parse_key(text).key == key.key for text in PINNED):
        raise ConfigError(f"Key {key.shown()} is pinned by this release of llm-cost", "It can only be revoked.")
    before = load_trust(directory)
    if without(before) == before._replace(verified=None):
        raise ConfigError(f"Key {key.shown()} is not trusted here", "Those that are: llm-cost prices trust --list")
    change_trust(directory, without)
    write(sys.stdout, f"✓ Key {key.shown()} is not trusted here any more\n")
    if os.path.exists(os.path.join(directory, PRICES)):
        write(sys.stdout, "  Prices that only this key signed are not used any more: llm-cost update-db\n")
    return 0


def _refuse_revoked(key: PublicKey, trust: Trust) -> None:
    from ..prices.price_file import Refused

    gone = revoked_keys(trust, Roots(PINNED, REVOKED))
    if key.key in gone:
        raise Refused(
            "E_REVOKED", f"Key {key.shown()} is revoked ({gone[key.key]}).", "Ask the publisher for the next one."
        )


def _list(trust: Trust) -> str:
    gone = revoked_keys(trust, Roots(PINNED, REVOKED))
    keys = [(text, "pinned by this release") for text in PINNED] + [(text, "trusted by you") for text in trust.trusted]
    keys += [(each.to, f"follows {parse_key(each.by).shown()}") for each in trust.introduced]
    lines = []
    for text, why in keys:
        key = parse_key(text)
        lines.append(f"{key.shown()}  {why}{', REVOKED' if key.key in gone else ''}\n    {text}")
    if not PINNED:
        lines.append("This build pins no publisher's key.")
    return "\n".join(lines) + "\n"
