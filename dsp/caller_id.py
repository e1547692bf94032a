"""Caller ID: its sound as an exchange sends it, and the receiver."""

from dsp.caller_id_message import Message, encode
from dsp.caller_id_receiver import CallerIdReceiver
from dsp.caller_id_report import Learned, MessageWaiting, Refusal
from dsp.caller_id_signal import dtmf_signal, fsk_message, fsk_signal

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
