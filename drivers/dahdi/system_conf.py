"""/etc/dahdi/system.conf, which dahdi_cfg reads: made for a set of channels, and read to tell what they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from drivers import channels

Use = Literal["fxsks", "fxsls", "fxsgs", "fxoks", "fxols", "fxogs", "bchan", "dchan", "hardhdlc", "cas", "e&m"]

USES: frozenset[Use] = frozenset(
    {"fxsks", "fxsls", "fxsgs", "fxoks", "fxols", "fxogs", "bchan", "dchan", "hardhdlc", "cas", "e&m"}
)
FXO: frozenset[Use] = frozenset({"fxsks", "fxsls"})
"""What a line to the exchange (an FXO port) is signalled as."""


@dataclass(frozen=True, slots=True)
class SystemConf:
    """uses: channel -> what it is used as. zone: the default tone zone, or empty. faults: lines that say nothing."""

    uses: Mapping[int, Use]
    zone: str = ""
    faults: tuple[str, ...] = ()

    def fxo(self) -> tuple[int, ...]:
        """The lines to the exchange, in order."""
        return tuple(sorted(channel for channel, use in self.uses.items() if use in FXO))


def generate(fxs_ks: Iterable[int] = (), fxs_ls: Iterable[int] = (), *, law: str = "alaw", zone: str = "cn") -> str:
    """A system.conf for FXO ports: fxs_ks with disconnect supervision, fxs_ls without.

    Raises ValueError when there is no channel, or one stands twice.
    """
    supervised, plain = sorted(fxs_ks), sorted(fxs_ls)
    every = sorted([*supervised, *plain])
    channels.parse(channels.join(every))
    uses = [f"{use}={channels.join(list_)}" for use, list_ in (("fxsks", supervised), ("fxsls", plain)) if list_]
    return "\n".join([*uses, f"{law}={channels.join(every)}", f"loadzone={zone}", f"defaultzone={zone}", ""])


def parse(text: str) -> SystemConf:
    """What a system.conf says of channels. Never fails: dahdi_cfg is the judge, lines that make no sense are told."""
    uses: dict[int, Use] = {}
    zone, faults = "", []
    for number, raw in enumerate(text.splitlines(), 1):
        key, equals, value = (part.strip() for part in raw.partition("#")[0].partition("="))
        use = next((use for use in USES if use == key.lower()), None)
        if key.lower() == "defaultzone":
            zone = value
        if use is None or not equals:
            continue
        try:
            uses.update(dict.fromkeys(channels.parse(value.partition(":")[0]), use))
        except ValueError as error:
            faults.append(f"line {number}: {error}")
    return SystemConf(uses, zone, tuple(faults))
