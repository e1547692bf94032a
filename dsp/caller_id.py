"""Caller ID: its sound as an exchange sends it, and the receiver."""

from dsp.caller_id_signal import dtmf_signal, fsk_signal

__all__ = ["dtmf_signal", "fsk_signal"]
