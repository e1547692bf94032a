"""Steps that record: record, keep, discard."""

from __future__ import annotations

from typing import Any

from dsp.receiver import RATE
from ivr_runtime.flow.conversation import Conversation, Take
from ivr_runtime.flow.model import DiscardStep, KeepStep, RecordStep
from ivr_runtime.flow.result import Result
from ivr_runtime.flow.walk import Path
from ivr_runtime.message import Recording


async def record(talk: Conversation, step: RecordStep, path: Path) -> Result:
    """Speak, beep, record. A second recording of the same name replaces the first once it is long enough."""
    await talk.say(step.say, (*path, "say"))
    talk.recorded += 1
    file = talk.folder.absolute() / f"{talk.call.id}-{step.record}-{talk.recorded}.wav"
    made = await talk.call.record(file, step.max_seconds, step.silence_seconds, step.terminator, step.beep)
    talk.trace[-1].facts |= _facts(made)
    if not made.samples or made.said < step.min_seconds * RATE:
        await talk.call.run(made.file.unlink, missing_ok=True)
        return Result("too_short", step.too_short, (*path, "too_short"))
    try:
        await talk.discard(step.record)  # with the variable as it was; the new one counts even if this fails
    finally:
        talk.variables[step.record] = _facts(made)
        talk.takes[step.record] = Take(step, made.file, made.samples)
    return Result(made.reason)


async def keep(talk: Conversation, step: KeepStep, _path: Path) -> Result:
    """Keep the recording, once."""
    if step.keep not in talk.takes:
        return Result("nothing")
    await talk.keep(step.keep)
    return Result("kept")


async def discard(talk: Conversation, step: DiscardStep, _path: Path) -> Result:
    """Throw the recording away."""
    await talk.discard(step.discard)
    return Result("discarded")


def _facts(made: Recording) -> dict[str, Any]:
    seconds = round(made.samples / RATE, 1)
    return {"file": str(made.file), "samples": made.samples, "seconds": seconds, "reason": made.reason}
