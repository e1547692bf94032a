"""Steps in which a caller does something: dial, answer, press, speak, work the hook, wait."""

from __future__ import annotations

from drivers.events import Ringing
from dsp.dtmf.signal import KEYS
from dsp.events import Event
from dsp.receiver import RATE
from hw_sim.caller import steps as script
from hw_sim.caller.conversation import DONE, Conversation, Next
from hw_sim.caller.events import Dial, Flash, PickUp, Send, Sent
from hw_sim.caller.impressions import PAUSE
from hw_sim.fax.step import fax
from hw_sim.yaml_types import Strict

PATIENT = 30 * RATE
"""A polite caller waits this long for the other side to finish before acting all the same."""

UNRUNG = 600 * RATE
"""How long somebody waits to be called."""

PULSE, BETWEEN = RATE // 10, RATE * 8 // 10
"""How a dial runs: ten pulses a second, 0.8 s between digits."""

FLASHED = RATE // 2
"""A hook flash is over after so long."""


def act(call: Conversation, now: int, event: Event | None, step: Strict) -> Next:
    """Begin the step or go on with it."""
    match step:
        case script.Dial():
            return dial(call, now, step)
        case script.Lift():
            return lift(call, now)
        case script.Answer():
            return answer(call, now, event, step)
        case script.Press():
            return press(call, now, event, step)
        case script.Pulse():
            return pulse(call, now, step)
        case script.Flash():
            return flash(call, now)
        case script.Say():
            return say(call, now, event, step)
        case script.SendFax() | script.ReceiveFax():
            return fax(call, now, event, step)
        case script.Wait():
            return wait(call, now, step)
        case script.Record():
            call.note(now, "recording", "ended" if step.record == "stop" else "began", step.record)
        case script.HangUp():
            call.hang_up(now)
    return DONE


def dial(call: Conversation, now: int, step: script.Dial) -> Next:
    """Lift the receiver and dial."""
    number = call.known(now, step.dial)
    if number is not None:
        call.dial(now, number)
    return DONE


def lift(call: Conversation, now: int) -> Next:
    """Lift the receiver."""
    if not call.off_hook:
        call.off_hook = True
        call.act(now, PickUp(), "lifted", "")
    return DONE


def answer(call: Conversation, now: int, event: Event | None, step: script.Answer) -> Next:
    """Lift the receiver at the n-th ring."""
    if isinstance(event, Ringing) and event.ring >= step.answer:
        return lift(call, now)
    limit = UNRUNG if step.within is None else step.within
    call.look(call.since + limit)
    if now - call.since >= limit:
        call.fail(now, f"waited {limit / RATE:g} s for the bell")
    return None


def press(call: Conversation, now: int, event: Event | None, step: script.Press) -> Next:
    """Press keys when it is our turn."""
    if call.sending:
        return _sent(call, event)
    if not _may_act(call, now, step.over, f"{step.press!r} could not be pressed"):
        return None
    wanted = call.known(now, step.press)
    if wanted is None:
        return None
    if set(wanted) - set(KEYS) - {","}:
        call.fail(now, f"{wanted!r} cannot be pressed: the pad has {KEYS}")
        return None
    call.press(now, wanted)
    return None


def say(call: Conversation, now: int, event: Event | None, step: script.Say) -> Next:
    """Speak when it is our turn."""
    if call.sending:
        return _sent(call, event)
    if _may_act(call, now, step.over, f"{step.say.name!r} could not be said"):
        call.sending = True
        call.act(now, Send(call.lines.said[step.say]), "said", step.say.name)
    return None


def pulse(call: Conversation, now: int, step: script.Pulse) -> Next:
    """Dial with the dial, and wait until it has run down."""
    if call.until is None:
        if not _may_act(call, now, step.over, f"{step.pulse!r} could not be dialled"):
            return None
        digits = call.known(now, step.pulse)
        if digits is None:
            return None
        if not digits.isdecimal():
            call.fail(now, f"{digits!r} cannot be dialled with pulses")
            return None
        call.off_hook = True
        call.until = now + sum((int(digit) or 10) * PULSE + BETWEEN for digit in digits)
        call.act(now, Dial(digits, pulse=True), "pressed", digits)
    return _passed(call, now)


def flash(call: Conversation, now: int) -> Next:
    """Press the hook for a moment."""
    if call.until is None:
        call.until = now + FLASHED
        call.act(now, Flash(), "pressed", "flash")
    return _passed(call, now)


def wait(call: Conversation, now: int, step: script.Wait) -> Next:
    """Do nothing."""
    call.look(call.since + step.wait)
    return DONE if now - call.since >= step.wait else None


def _sent(call: Conversation, event: Event | None) -> Next:
    """Our own sound is leaving; what was sent before it is none of ours."""
    call.sending = not (isinstance(event, Sent) and event.at >= call.acted)
    return None if call.sending else DONE


def _may_act(call: Conversation, now: int, over: bool, but: str) -> bool:
    """Is it our turn? At once when `over`, or hasty; else when the other side has finished, and we have thought."""
    if over:
        return True
    if call.hasty is not None:
        call.look(call.hasty)
        return now >= call.hasty
    if call.cut_off(now, but):
        return False
    if call.thinking is None:
        call.thinking = call.temper.thinks()
    call.look(call.since + PATIENT)
    if call.heard.playing is None:
        call.look(max(call.heard.quiet_since, call.since) + PAUSE)
        call.look(call.heard.quiet_since + PAUSE + call.thinking)
    return call.heard.turn(now, PAUSE + call.thinking) or now - call.since >= PATIENT


def _passed(call: Conversation, now: int) -> Next:
    """Has what we began come to its end?"""
    until = call.until or now
    call.look(until)
    return DONE if now >= until else None
