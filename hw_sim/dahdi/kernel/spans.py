"""How the office's cards appear as DAHDI spans and channels: one span a card, channels numbered through from 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dsp.g711 import Law
from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.signalling import FXO_PORT, FXS_PORT, TIMESLOT
from hw_sim.equipment import Alarm, CardKind, CardLike, PortLike, PortUse

CAPABLE = {"fxo": FXO_PORT, "fxs": FXS_PORT, "e1": TIMESLOT}
TYPES = {
    "fxo": abi.SIG_FXSKS,
    "fxs": abi.SIG_FXOKS,
    "bearer": abi.SIG_CLEAR,
    "dchannel": abi.SIG_HDLCFCS,
    "cas": abi.SIG_CAS,
    "idle": 0,
}
"""What dahdi_cfg makes of a port, by its use."""

CAS_IDLE = 0b1101
"""The bits of an idle R2 line, as system.conf gives them: blocked until somebody says otherwise."""

DRIVERS: Mapping[CardKind, str] = {"fxo": "WCTDM", "fxs": "WCTDM", "e1": "WCT1"}
"""Whose card it looks like in its name: lsdahdi and dahdi_genconf know what kinds of ports a card has by that alone."""

LOOKS: Mapping[CardKind, str] = {"fxo": "FXO", "fxs": "FXS", "e1": "E1 (as TE110P T1/E1)"}
"""What the description ends with; by the words in brackets dahdi_genconf knows a span of primary rate."""

E1_COMPATIBLE = abi.CONFIG_AMI | abi.CONFIG_HDB3 | abi.CONFIG_CCS | abi.CONFIG_CRC4


@dataclass(frozen=True, slots=True)
class Port:
    """One channel of a span. channel: its DAHDI number. row: in the office's matrices. sigtype, idle_bits: as the
    office's system.conf has them."""

    channel: int
    row: int
    span: int
    position: int
    name: str
    law: Law
    kind: CardKind = "fxo"
    use: PortUse = "fxo"

    @property
    def sigcap(self) -> int:
        """Slot 16 of a CAS span belongs to the framer."""
        return 0 if self.use == "idle" else CAPABLE[self.kind]

    @property
    def sigtype(self) -> int:
        return TYPES[self.use]

    @property
    def idle_bits(self) -> int:
        return CAS_IDLE if self.use == "cas" else 0


@dataclass(slots=True, eq=False)
class Span:
    """One card. number counts from 1, as DAHDI's spans do; card: index in the office.

    wanted: the line configuration of the office's system.conf; lineconfig: that of the program, with lbo and sync.
    alarms: as shown; notified: as the channels know it. recovers, leaves: samples of the end of an alarm, of the span.
    kept: how the channels were configured (signalling, law, idle bits, canceller) before the card was pulled.
    """

    number: int
    card: int
    name: str
    description: str
    ports: tuple[Port, ...]
    kind: CardKind = "fxo"
    wanted: int = 0
    lineconfig: int = 0
    lbo: int = 0
    sync: int = 0
    running: bool = False
    assigned: bool = True
    alarms: int = 0
    notified: int = 0
    recovers: int | None = None
    leaves: int | None = None
    kept: tuple[tuple[int, Law | None, int, str], ...] = ()
    manufacturer: str = "Loopstart"
    device: str = "Loopstart office"

    @property
    def location(self) -> str:
        """Where the card sits, as a bus address would say."""
        return f"office slot {self.card + 1}"

    @property
    def digital(self) -> bool:
        return self.kind == "e1"

    @property
    def type_name(self) -> str:
        return self.kind.upper()

    @property
    def compatible(self) -> int:
        """Ways of wiring and framing that the card can."""
        return E1_COMPATIBLE if self.digital else 0

    @property
    def blind(self) -> bool:
        """Is its signal lost?"""
        return bool(self.alarms & (Alarm.RED | Alarm.BLUE))

    def placed(self, number: int, base: int) -> None:
        """Other numbers for the span and its channels."""
        self.number = number
        self.ports = tuple(
            Port(base + i, p.row, number, p.position, p.name, p.law, p.kind, p.use) for i, p in enumerate(self.ports)
        )


def layout(cards: Sequence[CardLike], lines: Sequence[PortLike]) -> tuple[Span, ...]:
    """The spans of an office. Rows must come card by card, as the office gives them."""
    spans: list[Span] = []
    for index, card in enumerate(cards):
        number, name = index + 1, f"{DRIVERS[card.kind]}/{index}"
        of_card = [line for line in lines if line.card == index]
        ports = tuple(
            Port(line.row + 1, line.row, number, i + 1, f"{name}/{i + 1}", line.law, card.kind, line.use)
            for i, line in enumerate(of_card)
        )
        description = f"Loopstart office card {number}: {LOOKS[card.kind]}"
        spans.append(Span(number, index, name, description, ports, card.kind, _wanted(card)))
    return tuple(spans)


def _wanted(card: CardLike) -> int:
    if card.kind != "e1":
        return 0
    coding = abi.CONFIG_AMI if card.coding.lower() == "ami" else abi.CONFIG_HDB3
    framing = abi.CONFIG_CCS if card.framing == "ccs" else 0
    return coding | framing | (abi.CONFIG_CRC4 if card.crc4 else 0)


def line_words(lineconfig: int) -> str:
    """A line configuration as /proc/dahdi shows it: the first framing, the first coding, CRC4."""
    framing = abi.CONFIG_CCS | 0x30
    coding = abi.CONFIG_AMI | abi.CONFIG_HDB3 | 0x80
    words: list[str] = []
    for group in (framing, coding, abi.CONFIG_CRC4):
        bit = next((b for b in range(4, 13) if lineconfig & group & 1 << b), None)
        words += [abi.CONFIG_NAMES[bit]] if bit else []
    return "/".join(sorted(words, key=list(abi.CONFIG_NAMES.values()).index))
