"""The steps of a caller who presses start on a fax machine in the middle of a call."""

from __future__ import annotations

from zlib import crc32

from drivers.fax import FaxError, Finished
from dsp.events import Event
from hw_sim.caller.conversation import DONE, Conversation, Next
from hw_sim.caller.steps import ReceiveFax, SendFax
from hw_sim.fax.report import in_words
from hw_sim.fax.session import Dropped, Faxed, FaxSession
from hw_sim.people.source import Live


def fax(call: Conversation, now: int, event: Event | None, step: SendFax | ReceiveFax) -> Next:
    """Start, and wait until it is over."""
    if call.fax is None:
        _start(call, now, step)
        return None
    match event:
        case Dropped(why=why):
            _over(call, now)
            call.fail(now, f"the fax machine hung up {why}, as it was told to")
        case Faxed(what=what):
            call.note(now, "noted", *in_words(what))
            if isinstance(what, Finished):
                return _finished(call, now, what)
        case _ if call.cut_off(now, "the fax was not through"):
            _over(call, now)
    return None


def _start(call: Conversation, now: int, step: SendFax | ReceiveFax) -> None:
    sends = isinstance(step, SendFax)
    document = step.send_fax if isinstance(step, SendFax) else step.receive_fax
    seed = crc32(f"{document.file.name}{call.place}".encode())
    send, received = (document.file, None) if sends else (None, document.file)
    try:
        call.fax = FaxSession(document, sends, send, received, seed)
    except FaxError as error:
        call.fail(now, str(error))
        return
    call.act(now, Live(call.fax), "said", f"{'sends' if sends else 'receives'} a fax: {document.file.name}")


def _finished(call: Conversation, now: int, what: Finished) -> Next:
    _over(call, now)
    if what.ok:
        return DONE
    call.fail(now, f"the fax was not through: {what.text}")
    return None


def _over(call: Conversation, now: int) -> None:
    """The machine is silent from now on; what was received is in its file."""
    if call.fax is not None:
        call.fax.close(now)
        call.fax = None
