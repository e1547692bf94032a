"""HDLC on the octets of one 64 kbit/s timeslot (ISO/IEC 13239, check sequence of ITU-T X.25), bit by bit in C.

The first bit of an octet on the line is its most significant one, and a frame's bytes go least significant bit first:
so do the cards.
"""

from hw_sim.hdlc.deframer import Deframer, Fault, Received
from hw_sim.hdlc.framer import Framer, fcs

__all__ = ["Deframer", "Fault", "Framer", "Received", "fcs"]
