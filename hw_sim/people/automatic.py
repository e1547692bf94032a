"""Everybody of OFFICE.yaml who acts by themselves, telephones and machines: where they sit, when they begin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hw_sim.caller.events import CallerProtocol
from hw_sim.config import OfficeConfig
from hw_sim.fax.machine import FaxMachine
from hw_sim.machines.answering import machine
from hw_sim.people.phone import Phone


@dataclass(frozen=True, slots=True)
class Seat:
    """port: the FXS port that they sit at, empty for a number of the exchange. at: the sample at which they begin.

    calls: they dial, and come to an end, as callers do.
    """

    who: CallerProtocol
    port: str = ""
    at: int = 0
    calls: bool = False


def automatic(config: OfficeConfig) -> Iterator[Seat]:
    """All of them. Raises drivers.fax.FaxError, drivers.speech.errors.SpeechError."""
    for phone in config.phones:
        yield Seat(Phone(phone), phone.port)
    for answering in config.machines:
        yield Seat(machine(answering), answering.port)
    for fax in config.faxes:
        yield Seat(FaxMachine(fax), fax.port, fax.at, bool(fax.to))
