"""Caller ID: its sound as an exchange sends it, and the receiver."""

from dsp.caller_id.message import Message, encode
from dsp.caller_id.receiver import CallerIdReceiver
from dsp.caller_id.report import Learned, MessageWaiting, Refusal
from dsp.caller_id.signal import dtmf_signal, fsk_message, fsk_signal

__all__ = [
    "CallerIdReceiver",
    "Learned",
    "Message",
    "MessageWaiting",
    "Refusal",
    "dtmf_signal",
    "encode",
    "fsk_message",
    "fsk_signal",
]
