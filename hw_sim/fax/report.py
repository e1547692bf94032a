"""What happens in a fax session, in words for a report, and the name under which it stands there."""

from __future__ import annotations

from typing import assert_never

from drivers.fax import FaxEvent, Finished, Frame, Identified, LogLine, PageDone


def in_words(what: FaxEvent) -> tuple[str, str]:
    """The text, and the name: ident, page, frame, status or log."""
    match what:
        case Identified(frame=frame, ident=ident):
            return f"the far end is {ident or 'nameless'} ({frame})", "ident"
        case PageDone():
            return page_in_words(what), "page"
        case Frame(outgoing=outgoing):
            return f"{'sent' if outgoing else 'heard'} {what.name}", "frame"
        case Finished(status=status, text=text):
            return f"{status.name}: {text}", "status"
        case LogLine(text=text):
            return text, "log"
        case _:
            assert_never(what)


def page_in_words(page: PageDone) -> str:
    """Speed, coding, size, and what was wrong with it."""
    s = page.statistics
    how = f"{s.rate} bit/s {s.coding}, {'ECM' if s.ecm else 'no ECM'}, {s.columns} x {s.rows}"
    faults = f", {s.bad_rows} bad rows" if s.bad_rows else ""
    again = f", {s.retries} retries" if s.retries else ""
    return f"page {max(s.sent, s.received)} ({page.answer}): {how}{faults}{again}"
