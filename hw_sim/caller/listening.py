"""Steps in which a caller waits to hear something: prompts, numbers, dates, tones, silence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dsp.events import Event
from dsp.receiver import RATE
from hw_sim.caller import conditions
from hw_sim.caller import script as caller_script
from hw_sim.caller import steps as script
from hw_sim.caller.conversation import DONE, Conversation, Next
from hw_sim.caller.events import Heard
from hw_sim.caller.impressions import understood
from hw_sim.caller.numerals import of_a_number, spoken_digits, spoken_number
from hw_sim.caller.spoken_dates import of_a_date, spoken_date

NUMBER_OVER = RATE
"""A spoken number is over when nothing has followed for so long."""

Find = Callable[[Sequence[str]], tuple[int, int, str] | None]
READERS: dict[str, tuple[Find, Callable[[str], bool]]] = {
    "number": (spoken_number, of_a_number),
    "digits": (spoken_digits, of_a_number),
    "date": (spoken_date, of_a_date),
}
"""How something is found among words, and which words may still belong to it."""


def hear(call: Conversation, now: int, event: Event | None, step: script.Hear) -> Next:
    """Wait for one of these prompts."""
    expected, content = _prompt(call, now, event, step.hear, step.through)
    if step.after and expected is not None and expected.at - expected.offset < call.since + step.after:
        early = (expected.at - expected.offset - call.since) / RATE
        call.fail(now, f"{step} came after {max(early, 0.0):.1f} s, not before {step.after / RATE:g} s was expected")
    elif content:
        call.mark = len(call.heard.words)
        return DONE
    elif expected is None:
        call.lose_patience(now, step.within, str(step))
    return None


def on(call: Conversation, now: int, event: Event | None, step: caller_script.On) -> Next:
    """Whichever of these comes first."""
    waiting = True
    for case in step.on:
        expected, content = _case(call, now, event, case)
        if content:
            call.mark = len(call.heard.words)
            call.note(now, "decided", str(case))
            return case.do
        waiting = waiting and expected is None
    if not waiting:
        return None
    if step.otherwise is None:
        call.lose_patience(now, step.within, str(step))
        return None
    limit = call.limit(step.within)
    call.look(call.since + limit)
    if now - call.since < limit and not call.heard.over(now):
        return None
    call.note(now, "decided", f"none of {step}")
    return step.otherwise


def note(call: Conversation, now: int, kind: str, name: str, within: int | None) -> Next:
    """Write down what is spoken next."""
    found = _read(call, now, kind)
    if found is None:
        call.lose_patience(now, within, f"a {kind} ({name})")
        return None
    call.notes[name] = found
    call.note(now, "noted", found, name)
    return DONE


def expect(call: Conversation, now: int, step: script.Expect) -> Next:
    """What must be heard, or noted, now."""
    wanted = step.expect
    if wanted.note is not None:
        return _expect_note(call, now, wanted)
    for kind in READERS:
        value = getattr(wanted, kind)
        if value is not None:
            return _expect_spoken(call, now, kind, value, step.within)
    if wanted.never is not None:
        return _expect_never(call, now, wanted.never, wanted.lasting or 0)
    tone, silence = wanted.tone, wanted.silence or 0
    what = f"{tone} tone" if tone else f"{silence / RATE:g} s of silence"
    if tone in call.heard.tones if tone else _silent(call, now, silence):
        call.note(now, "decided", what)
        return DONE
    call.look(call.since + call.limit(step.within))
    if now - call.since >= call.limit(step.within):
        call.fail(now, f"expected {what}, heard {call.instead()}")
    return None


def _expect_note(call: Conversation, now: int, wanted: script.Expected) -> Next:
    if conditions.holds(wanted, call.notes):
        call.note(now, "decided", str(wanted))
        return DONE
    call.fail(now, f"expected that {wanted}, but it is {call.notes.get(wanted.note or '', '')!r}")
    return None


def _expect_spoken(call: Conversation, now: int, kind: str, wanted: str | script.Range, within: int | None) -> Next:
    words = call.instead()
    found = _read(call, now, kind)
    if found is None:
        call.lose_patience(now, within, f"the {kind} {wanted}")
        return None
    value = wanted if isinstance(wanted, script.Range) else call.known(now, wanted)
    if value is None:
        return None
    if conditions.same(kind, value, found, call.notes):
        call.note(now, "decided", f"the {kind} {found}")
        return DONE
    call.fail(now, f"expected the {kind} {value}, heard {found} ({words})")
    return None


def _expect_never(call: Conversation, now: int, prompts: Sequence[str | script.Text], lasting: int) -> Next:
    call.look(call.since + lasting)
    heard = [w for w in call.heard.words if w.at - w.offset >= call.since and _is(call, w, prompts)]
    if heard:
        call.fail(now, f"expected never to hear {script.named(prompts)}, heard {call.heard.text(heard[0].clip)!r}")
    elif now - call.since >= lasting:
        call.note(now, "decided", f"{lasting / RATE:g} s without {script.named(prompts)}")
        return DONE
    return None


def _case(call: Conversation, now: int, event: Event | None, case: caller_script.Case) -> tuple[Heard | None, bool]:
    if case.hear:
        return _prompt(call, now, event, case.hear, case.through)
    if case.tone:
        return None, case.tone in call.heard.tones
    return None, _silent(call, now, case.silence or 0)


def _silent(call: Conversation, now: int, length: int) -> bool:
    if call.heard.playing is None:
        call.look(max(call.heard.quiet_since, call.since) + length)
    return now - call.since >= length and call.heard.quiet(now, length)


def _prompt(
    call: Conversation, now: int, event: Event | None, prompts: Sequence[str | script.Text], through: bool | str
) -> tuple[Heard | None, bool]:
    """The one that plays and is wanted, if any; and is the caller content?"""
    playing = call.heard.playing
    expected = playing if playing is not None and _answers(call, playing, prompts) else None
    if through is not True:
        return expected, expected is not None
    if expected is not None and isinstance(call.following, (script.Press, script.Say)):
        call.hasty = _hasty(call, now, expected)
        if call.hasty is not None:
            return expected, True
    ended = isinstance(event, Heard) and understood(event) and _answers(call, event, prompts)
    return (event if ended and isinstance(event, Heard) else expected), ended


def _hasty(call: Conversation, now: int, clip: Heard) -> int | None:
    """When somebody who does not hear it out acts."""
    delay = call.temper.early(clip.at)
    if delay is None:
        return None
    call.note(now, "mischief", f"did not wait for the end of {call.heard.text(clip.clip)!r}", "impatient")
    return now + delay


def _answers(call: Conversation, clip: Heard, prompts: Sequence[str | script.Text]) -> bool:
    """It is one of these, and it began after we last acted."""
    return clip.at - clip.offset >= call.acted and _is(call, clip, prompts)


def _is(call: Conversation, clip: Heard, prompts: Sequence[str | script.Text]) -> bool:
    return any(script.fits(pattern, twin) for twin in call.heard.twins(clip.clip) for pattern in prompts)


def _read(call: Conversation, now: int, kind: str) -> str | None:
    """What is spoken of this kind after the mark, when it is over: another word follows, or nothing for a second."""
    find, belongs = READERS[kind]
    words = [call.heard.text(w.clip) for w in call.heard.words[call.mark :]]
    found = find(words)
    if found is None:
        return None
    _, end, value = found
    if call.heard.playing is None:
        call.look(call.heard.quiet_since + NUMBER_OVER)
    if not call.heard.turn(now, NUMBER_OVER) and all(map(belongs, words[end:])):
        return None
    call.mark += end
    return value
