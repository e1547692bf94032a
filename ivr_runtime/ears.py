"""The receivers that listen to every line of a card."""

from __future__ import annotations

from dsp.activity import ActivityReceiver

from dsp import tones
from dsp.caller_id import CallerIdReceiver
from dsp.dtmf import DtmfReceiver
from dsp.receiver import Receiver
from dsp.tones import ToneReceiver


def ears(lines: int, country: str = "cn") -> tuple[Receiver, ...]:
    """Keys, call-progress tones of the country, caller ID, and whether somebody speaks."""
    return (
        DtmfReceiver(lines),
        ToneReceiver(lines, tones.plan(country)),
        CallerIdReceiver(lines),
        ActivityReceiver(lines),
    )
