"""The office's ISDN: a trunk over libpri, its D channel with faults on demand, and captures of it."""

from hw_sim.isdn.dchannel import Faults
from hw_sim.isdn.trunk import IsdnConfig, IsdnTrunk

__all__ = ["Faults", "IsdnConfig", "IsdnTrunk"]
