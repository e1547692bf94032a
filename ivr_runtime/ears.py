"""The receivers that listen to every line of a card."""

from __future__ import annotations

from dsp.activity import ActivityReceiver
from dsp.caller_id import CallerIdReceiver
from dsp.dtmf import DtmfReceiver
from dsp.patient import Patient
from dsp.plans import PLANS, TonePlan
from dsp.receiver import Receiver
from dsp.tones import ToneReceiver

UNHURRIED = 4
"""Ticks at a time for all but keys: a busy tone takes seconds to be believed, silence as long, a number comes early."""


def ears(lines: int, plan: TonePlan = PLANS["cn"]) -> tuple[Receiver, ...]:
    """Keys, call-progress tones of the exchange, and whether somebody speaks."""
    tones = Patient(lines, ToneReceiver(lines, plan), UNHURRIED)
    return DtmfReceiver(lines), tones, Patient(lines, ActivityReceiver(lines), UNHURRIED)


def on_hook_ears(lines: int) -> tuple[Receiver, ...]:
    """Caller ID: it comes before the answer, and demodulating speech would cost more than all the rest."""
    return (Patient(lines, CallerIdReceiver(lines), UNHURRIED),)
