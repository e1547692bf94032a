"""Steps in which a caller does something: dial, answer, press, speak, work the hook, wait."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.events import Ringing
from dsp.dtmf.signal import KEYS
from dsp.events import Event
from dsp.receiver import RATE
from hw_sim import caller_steps as script
from hw_sim.caller_events import Action, HangUp, PickUp, Send, Sent
from hw_sim.conversation import DONE, Conversation, Next
from hw_sim.impressions import PAUSE
from hw_sim.yaml_types import Strict

PATIENT = 30 * RATE
"""A polite caller waits this long for the other side to finish before acting all the same."""

UNRUNG = 600 * RATE
"""How long somebody waits to be called."""

BREAK, MAKE, BETWEEN = 480, 320, 6400
"""A dial pulse: 60 ms open, 40 ms closed; 0.8 s between digits (ITU-T Q.31 to Q.35 have 10 pulses a second)."""

FLASHED = 2400
"""A hook flash when the script does not say: 300 ms."""


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
            return flash(call, now, step)
        case script.Say():
            return say(call, now, event, step)
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
    """Dial with the hook."""
    if call.plan is None:
        if not _may_act(call, now, step.over, f"{step.pulse!r} could not be dialled"):
            return None
        digits = call.known(now, step.pulse)
        if digits is None or set(digits) - set("0123456789"):
            call.fail(now, f"{digits!r} cannot be dialled with the hook")
            return None
        call.plan = list(_pulses(digits, now))
        call.note(now, "pressed", digits, "pulses")
    return _follow(call, now)


def flash(call: Conversation, now: int, step: script.Flash) -> Next:
    """Press the hook for a moment."""
    if call.plan is None:
        call.plan = [(now, HangUp()), (now + (step.flash or FLASHED), PickUp())]
        call.note(now, "pressed", "flash", "hook")
    return _follow(call, now)


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


def _pulses(digits: str, now: int) -> Iterator[tuple[int, Action]]:
    at = now
    for digit in digits:
        for _ in range(int(digit) or 10):
            yield at, HangUp()
            yield at + BREAK, PickUp()
            at += BREAK + MAKE
        at += BETWEEN


def _follow(call: Conversation, now: int) -> Next:
    """Do what is due of the plan."""
    plan = call.plan or []
    while plan and plan[0][0] <= now:
        call.acted = now
        call.actions.append(plan.pop(0)[1])
    if plan:
        call.look(plan[0][0])
        return None
    return DONE
