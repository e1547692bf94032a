"""The state of one DAHDI channel: what dahdi-base.c keeps of it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from dsp.g711 import Law
from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.effects import Effect
from hw_sim.dahdi.kernel.hook_sender import Times
from hw_sim.dahdi.kernel.signaller import Signaller
from hw_sim.dahdi.kernel.signalling import Tx
from hw_sim.dahdi.kernel.sounder import Mode, Sounder
from hw_sim.dahdi.kernel.spans import Port
from hw_sim.dahdi.kernel.wires import NoWire, Wire
from hw_sim.dahdi.kernel.zones import Zone

if TYPE_CHECKING:
    from hw_sim.dahdi.kernel.channel import Channel

Hdlc = Literal["", "raw", "fcs"]
"""Does a channel carry frames, and with a check sequence (FCS) that it makes and checks itself?"""

IDENTITY = bytes(range(256))


@dataclass(slots=True, eq=False)
class ChannelState:
    """number: DAHDI's. port: None for a pseudo channel. sigtype 0: not configured.

    generation counts what makes the blocks on their way to the program stale: a flush, another size of block.
    effects: what its line must be made to do, in order. agenda: where it enters itself when it has something to do.
    blocking: does the program wait in HOOK? Then it is not told of the end. deaf: its receiver is off, for it dials.
    """

    number: int
    name: str
    port: Port | None = None
    sigtype: int = abi.SIG_CLEAR
    agenda: set[Channel] = field(default_factory=set)
    zone: Zone | None = None
    open: bool = False
    removed: bool = False
    blocking: bool = False
    alarms: int = 0
    buffer_events: bool = False
    block: int = abi.BLOCK_DEFAULT
    buffers: int = abi.BUFFERS_DEFAULT
    policy: int = abi.POLICY_IMMEDIATE
    stalled: bool = False
    configured_law: Law | None = None
    law: Law = "mulaw"
    linear: bool = False
    audio: bool = True
    hdlc: Hdlc = ""
    hdlc_rate: int = 64
    looped: bool = False
    rx_gain: bytes = IDENTITY
    tx_gain: bytes = IDENTITY
    canceller: str = ""
    echo_taps: int = 0
    confmode: int = abi.CONF_NORMAL
    confno: int = 0
    confmute: int = 0
    digit_mode: Mode = "dtmf"
    deaf: bool = False
    generation: int = 1
    sounder: Sounder | None = None
    master: Channel | None = None
    idle_bits: int = 0
    signaller: Signaller = field(default_factory=Signaller)
    events: deque[int] = field(default_factory=deque)
    dropped_events: int = 0
    effects: list[Effect] = field(default_factory=list)
    wire: Wire = field(default_factory=NoWire)
    _deaf_until: int = 0

    @property
    def pseudo(self) -> bool:
        return self.port is None

    @property
    def default_law(self) -> Law:
        if self.configured_law:
            return self.configured_law
        return self.port.law if self.port else "mulaw"

    @property
    def block_bytes(self) -> int:
        return self.block * 2 if self.linear else self.block

    @property
    def clear(self) -> bool:
        """Is it a clear channel, with or without HDLC: without a hook, and without sound until told so?"""
        return self.sigtype & abi.SIG_CLEAR == abi.SIG_CLEAR

    @property
    def digital(self) -> bool:
        return self.port is not None and self.port.kind == "e1"

    @property
    def hooked(self) -> bool:
        """Has it a hook?"""
        return not self.pseudo and not self.clear and self.sigtype != abi.SIG_CAS

    @property
    def dials(self) -> bool:
        """Does it dial, and hears nobody meanwhile?"""
        return bool(self.sounder and self.sounder.dialling) and not self.pseudo

    @property
    def off_hook(self) -> bool:
        return self.signaller.tx in (Tx.OFFHOOK, Tx.START)

    @property
    def alarmed(self) -> bool:
        return bool(self.alarms)

    @property
    def times(self) -> Times:
        return self.signaller.times

    @property
    def busy(self) -> bool:
        """Is a flash or a wink being sent, which a program may wait for?"""
        return self.signaller.busy
