"""What administrations ask of a DTMF receiver: ITU-T Q.24 Annex A (table A-1) and ETSI ES 201 235-3, as data."""

from __future__ import annotations

from dataclasses import dataclass

from dsp.dtmf.signal import LOW


@dataclass(frozen=True, slots=True)
class Profile:
    """Limits between what must be heard and what must not.

    accept, reject: deviation of a tone from its frequency that is still a key's, and that is none any more, as a share.
    constant: Hz that the first may be off besides. loudest, faintest: level of each tone in dBm0 that must be heard.
    silent: level of each tone that must not be heard. low_twist, high_twist: by how many dB the low or the high tone
    may be the stronger one. shortest: ms of tone that are a key. blip: ms of tone that are none.
    gap: ms of interruption that do not end a key. pause: ms of silence that do.
    """

    name: str
    source: str
    accept: float
    reject: float
    loudest: float
    faintest: float
    silent: float
    low_twist: float
    high_twist: float
    shortest: int = 40
    blip: int = 20
    gap: int = 10
    pause: int = 40
    constant: float = 0.0

    @property
    def offset(self) -> float:
        """Where the line between right and wrong frequencies is drawn, as a share: next to what must be accepted, for
        28 ms of a tone tell its frequency well, and every bit more lets voices in.
        """
        return min(self.accept + self.constant / LOW[0] + 0.004, (self.accept + self.reject) / 2)

    @property
    def patience(self) -> int:
        """ms without the key after which it has ended: between an interruption that is none and a pause."""
        return (self.gap + self.pause) // 2

    @property
    def threshold(self) -> float:
        """The faintest tone that is heard, dBm0: as faint as a line that hums and hisses allows."""
        return max(self.silent + 2.0, -46.0)


_Q24 = "ITU-T Q.24 (11/88), table A-1"
ATT = Profile("att", f"{_Q24}, AT&T", 0.015, 0.035, 0.0, -25.0, -55.0, 8.0, 4.0, blip=23, gap=20)
"""Q.24 has interruptions of 10 ms; 20 are what a network that loses packets makes."""
NTT = Profile("ntt", f"{_Q24}, NTT", 0.018, 0.030, -3.0, -24.0, -29.0, 5.0, 5.0, blip=24, pause=30)
DANISH = Profile(
    "danish", f"{_Q24}, Danish Administration", 0.015, 0.035, -2.0, -27.0, -36.0, 6.0, 6.0, gap=20, constant=2.0
)
AUSTRALIAN = Profile(
    "australian", f"{_Q24}, Australian Administration", 0.015, 0.070, -5.0, -27.0, -30.0, 10.0, 10.0, blip=25, gap=12,
    pause=70, constant=4.0,
)  # fmt: skip
BRAZILIAN = Profile(
    "brazilian", f"{_Q24}, Brazilian Administration", 0.018, 0.030, -3.0, -25.0, -50.0, 9.0, 9.0, pause=30
)
ETSI = Profile(
    "etsi", "ETSI ES 201 235-3 V1.3.1 (2006-03), clause 4.2", 0.015, 0.035, -4.0, -30.0, -50.0, 6.0, 6.0, gap=20,
    constant=2.0,
)  # fmt: skip

PROFILES = {made.name: made for made in (ATT, NTT, DANISH, AUSTRALIAN, BRAZILIAN, ETSI)}


def profile(name: str) -> Profile:
    """A profile by its name. Raises ValueError, with the names there are, for another."""
    try:
        return PROFILES[name.lower()]
    except KeyError:
        raise ValueError(f"there is no DTMF profile {name!r}, only {', '.join(PROFILES)}") from None
