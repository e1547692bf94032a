"""The receivers that listen to every line of a card."""

from __future__ import annotations

from dsp.activity import ActivityReceiver
from dsp.caller_id import CallerIdReceiver
from dsp.dtmf import DtmfReceiver
from dsp.receiver import Receiver
from dsp.tones import ToneReceiver, plan


def ears(lines: int, country: str = "cn") -> tuple[Receiver, ...]:
    """Keys, call-progress tones of the country, and whether somebody speaks."""
    return DtmfReceiver(lines), ToneReceiver(lines, plan(country)), ActivityReceiver(lines)


def on_hook_ears(lines: int) -> tuple[Receiver, ...]:
    """Caller ID: it comes before the answer, and demodulating speech would cost more than all the rest."""
    return (CallerIdReceiver(lines),)
