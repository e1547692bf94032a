"""Frequency shift keying of caller ID: the modulator. The modem is in the modules beside it."""

from dsp.fsk.modulator import BAUD, BELL_202, V23, Bits, Modulation, characters, modulate

__all__ = ["BAUD", "BELL_202", "V23", "Bits", "Modulation", "characters", "modulate"]
