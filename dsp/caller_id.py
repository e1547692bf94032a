"""Caller ID: its sound as an exchange sends it, and the receiver."""

from dsp.caller_id_receiver import CallerIdReceiver
from dsp.caller_id_signal import dtmf_signal, fsk_signal

__all__ = ["CallerIdReceiver", "dtmf_signal", "fsk_signal"]
