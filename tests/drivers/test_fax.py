"""Fax terminals against each other over A-law (ITU-T T.30, T.4, T.6; V.17, V.29, V.27ter)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.errors import LineClosed
from drivers.fax import (
    ALL_MODEMS,
    BadDocument,
    FaxError,
    FaxOptions,
    FaxTerminal,
    Identified,
    LogLine,
    Modem,
    Status,
)
from drivers.fax.pages import Page, read_pages, sample_page, write_pages
from dsp.receiver import RATE, TICK, Int16
from tests.drivers.fax_pair import Told, bursts, document, send


def same(received: list[Page], sent: list[Page]) -> bool:
    """Pixel by pixel."""
    return len(received) == len(sent) and all(np.array_equal(a, b) for a, b in zip(received, sent, strict=True))


@pytest.mark.parametrize("ecm", [True, False])
@pytest.mark.parametrize(
    ("modems", "rate"), [(ALL_MODEMS, 14400), (Modem.V29 | Modem.V27TER, 9600), (Modem.V27TER, 4800)]
)
def test_a_page_arrives_pixel_by_pixel(tmp_path: Path, modems: Modem, rate: int, ecm: bool) -> None:
    """With each modem at its best speed, with error correction and without; both sides know how."""
    file, pages = document(tmp_path)
    received = tmp_path / "received.tif"
    a, b = send(
        FaxOptions(True, send=file, ident="+86 10 1234", ecm=ecm, modems=modems),
        FaxOptions(False, receive=received, ident="80001", ecm=ecm),
    )
    assert (a.result.status, b.result.status) == (Status.OK, Status.OK)
    assert same(read_pages(received), pages)
    for side in (a, b):
        [page] = side.pages
        assert (page.statistics.rate, page.statistics.ecm) == (rate, ecm)
        assert page.statistics.columns == 1728
        assert page.statistics.bad_rows == 0
    assert [e.ident for e in a.events if isinstance(e, Identified)] == ["80001"]
    assert [(e.frame, e.ident) for e in b.events if isinstance(e, Identified)] == [("DCS", "+86 10 1234")]


def test_the_frames_of_a_call_are_those_of_t30(tmp_path: Path) -> None:
    """CSI DIS, TSI DCS, CFR, the page, EOP, MCF, DCN, seen from both sides."""
    file, _ = document(tmp_path)
    a, b = send(
        FaxOptions(True, send=file, ident="1", ecm=False), FaxOptions(False, receive=tmp_path / "r.tif", ident="2")
    )
    expected = ["<CSI", "<DIS", ">TSI", ">DCS", "<CFR", ">EOP", "<MCF", ">DCN"]
    assert a.frames == expected
    assert b.frames == [{"<": ">", ">": "<"}[frame[0]] + frame[1:] for frame in expected]


@pytest.mark.parametrize("cut", [33, 1000])
def test_sound_may_be_cut_as_one_likes(tmp_path: Path, cut: int) -> None:
    """Pieces of 4 ms or of an eighth of a second: the same page at the same speed."""
    file, pages = document(tmp_path, rows=200)
    received = tmp_path / "received.tif"
    a, _ = send(FaxOptions(True, send=file), FaxOptions(False, receive=received), cut=cut)
    assert (a.result.ok, a.pages[0].statistics.rate) == (True, 14400)
    assert same(read_pages(received), pages)


def test_pages_follow_each_other(tmp_path: Path) -> None:
    """Three pages in one call, and no more than were asked for in the next."""
    file, pages = document(tmp_path, pages=3, rows=200)
    received = tmp_path / "received.tif"
    a, b = send(FaxOptions(True, send=file), FaxOptions(False, receive=received))
    assert same(read_pages(received), pages)
    assert [page.answer for page in b.pages] == ["MPS", "MPS", "EOP"]
    assert (a.result.statistics.sent, b.result.statistics.received) == (3, 3)
    fewer = tmp_path / "fewer.tif"
    send(FaxOptions(True, send=file, most_pages=2), FaxOptions(False, receive=fewer))
    assert same(read_pages(fewer), pages[:2])


def test_a_long_page_arrives(tmp_path: Path) -> None:
    """Three times A4 in one piece, and in standard resolution too."""
    pages = [sample_page("long", 3 * 1143)]
    file, received = tmp_path / "long.tif", tmp_path / "received.tif"
    write_pages(file, pages, "standard")
    _, b = send(FaxOptions(True, send=file), FaxOptions(False, receive=received))
    assert same(read_pages(received), pages)
    assert b.pages[0].statistics.resolution[1] == 3850


def test_a_bad_line_costs_rows_or_time(tmp_path: Path) -> None:
    """Without error correction rows are lost and counted; with it frames are sent again and the page is whole."""
    file, pages = document(tmp_path, rows=1000)
    received = tmp_path / "received.tif"
    noise = bursts(every=2.0, length=0.04, begin=11.5, end=30)
    _, b = send(FaxOptions(True, send=file, ecm=False), FaxOptions(False, receive=received), noise)
    assert b.pages[0].statistics.bad_rows > 0
    assert not same(read_pages(received), pages)
    _, b = send(FaxOptions(True, send=file), FaxOptions(False, receive=received), noise)
    assert b.result.ok
    assert b.pages[-1].statistics.retries > 0
    assert same(read_pages(received), pages)


def test_training_on_a_noisy_line_falls_back(tmp_path: Path) -> None:
    """What does not train at 14,400 bit/s does at a lower speed, and the page arrives."""
    file, pages = document(tmp_path, rows=200)
    received = tmp_path / "received.tif"
    a, b = send(FaxOptions(True, send=file), FaxOptions(False, receive=received), bursts(99, 0.3, 7.0))
    assert "<FTT" in a.frames
    assert b.pages[0].statistics.rate < 14400
    assert same(read_pages(received), pages)


@pytest.mark.parametrize("loss", [15, 22, 28])
def test_a_long_line_is_as_fast_as_a_short_one(tmp_path: Path, loss: float) -> None:
    """V.17 down to -42 dBm0, where the library alone fails below -27: short trainings need the level of long ones."""
    file, pages = document(tmp_path, rows=200)
    received = tmp_path / "received.tif"

    def fainter(samples: Int16, _: int) -> Int16:
        return np.rint(samples * 10 ** (-loss / 20)).astype(np.int16)

    _, b = send(FaxOptions(True, send=file), FaxOptions(False, receive=received), fainter)
    assert (b.pages[0].statistics.rate, b.pages[0].statistics.retries) == (14400, 0)
    assert same(read_pages(received), pages)


def test_a_document_can_be_fetched(tmp_path: Path) -> None:
    """Polling: who has called gets the page of who answers."""
    file, pages = document(tmp_path, rows=200)
    received = tmp_path / "received.tif"
    a, b = send(FaxOptions(True, receive=received), FaxOptions(False, send=file))
    assert a.result.ok
    assert b.result.ok
    assert same(read_pages(received), pages)
    a, _ = send(FaxOptions(True, receive=received), FaxOptions(False, receive=tmp_path / "other.tif"))
    assert not a.result.ok


def test_a_receiver_that_is_not_ready_is_waited_for(tmp_path: Path) -> None:
    """RNR, RR, and then the page is confirmed."""
    file, pages = document(tmp_path, rows=200)
    received = tmp_path / "received.tif"
    a, _ = send(FaxOptions(True, send=file), FaxOptions(False, receive=received, not_ready=2))
    assert a.frames.count("<RNR") == 2
    assert a.result.ok
    assert same(read_pages(received), pages)


def test_a_header_is_put_above_the_page(tmp_path: Path) -> None:
    """More rows than were in the file; the page itself is below them."""
    file, [page] = document(tmp_path, rows=200)
    received = tmp_path / "received.tif"
    send(FaxOptions(True, send=file, header="Loopstart", ident="123"), FaxOptions(False, receive=received))
    [got] = read_pages(received)
    assert len(got) > len(page)
    assert np.array_equal(got[-len(page) :], page)
    assert got[: len(got) - len(page)].any()


def test_who_hangs_up_has_dropped_the_call(tmp_path: Path) -> None:
    """The session ends at once; ending it twice is told once; the other side finds out by its own timers."""
    file, _ = document(tmp_path)
    with FaxTerminal(FaxOptions(True, send=file)) as fax:
        fax.hear(fax.speak(RATE))
        assert not fax.finished
        fax.hang_up()
        fax.hang_up()
        [over] = [event for event in fax.events() if event == fax.result]
        assert fax.result is not None
        assert fax.result.status is Status.CALL_DROPPED
        assert over == fax.result
        assert not fax.speak(TICK).any()


def test_nobody_there_ends_by_the_timer() -> None:
    """T0: 60 s without an answer (T.30)."""
    silence = np.zeros(RATE, np.int16)
    with FaxTerminal(FaxOptions(True, receive=Path("/nowhere.tif"))) as fax:
        seconds = 0
        while not fax.finished and seconds < 100:
            fax.speak(RATE)
            fax.hear(silence)
            fax.events()
            seconds += 1
        assert fax.result is not None
        assert fax.result.status is Status.T0_EXPIRED
        assert 55 <= seconds <= 70


def test_what_cannot_be_made_says_why(tmp_path: Path) -> None:
    """Before anything is dialled: each with a remedy, and typed."""
    other = tmp_path / "note.txt"
    other.write_text("no TIFF")
    for options, error, words in (
        (FaxOptions(True, send=tmp_path / "none.tif"), BadDocument, "No such file"),
        (FaxOptions(True, send=other), BadDocument, "is no TIFF file"),
        (FaxOptions(True, receive=tmp_path / ("x" * 256)), FaxError, "255"),
        (FaxOptions(True, ident="abc"), FaxError, "ident"),
        (FaxOptions(True, ident="1" * 21), FaxError, "ident"),
        (FaxOptions(True, header="é"), FaxError, "header"),
        (FaxOptions(True, scan_line=7), FaxError, "ms"),
        (FaxOptions(True, modems=Modem(0)), FaxError, "modem"),
    ):
        with pytest.raises(error, match=words):
            FaxTerminal(options)


def test_a_closed_terminal_says_so() -> None:
    """Every verb raises LineClosed; closing twice is nothing."""
    fax = FaxTerminal(FaxOptions(False))
    fax.close()
    fax.close()
    for verb in (lambda: fax.speak(1), lambda: fax.hear(np.zeros(1, np.int16)), fax.events, fax.hang_up):
        with pytest.raises(LineClosed):
            verb()


def test_files_that_break_in_the_middle_of_the_call(tmp_path: Path) -> None:
    """A folder that is not there, a TIFF that is cut off: a status, never a crash."""
    file, _ = document(tmp_path)
    _, b = send(FaxOptions(True, send=file), FaxOptions(False, receive=tmp_path / "none" / "r.tif"))
    assert not b.result.ok
    cut = tmp_path / "cut.tif"
    cut.write_bytes(file.read_bytes()[:100])
    a, _ = send(FaxOptions(True, send=cut), FaxOptions(False, receive=tmp_path / "r.tif"))
    assert a.result.status in (Status.FILE_ERROR, Status.BAD_TIFF, Status.NO_PAGE, Status.BAD_TIFF_HEADER)


def test_the_log_tells_what_the_library_thinks(tmp_path: Path) -> None:
    """Only when it was asked for."""
    told = Told()
    with FaxTerminal(FaxOptions(False, receive=tmp_path / "r.tif", log=5)) as fax:
        for _ in range(200):
            fax.hear(fax.speak(TICK))
            told.events += fax.events()
    assert any("phase" in event.text.lower() for event in told.events if isinstance(event, LogLine))


def test_events_that_nobody_fetches_are_counted(tmp_path: Path) -> None:
    """The queue is full: the end is told all the same, with the number of those lost."""
    with FaxTerminal(FaxOptions(False, receive=tmp_path / "r.tif", log=10)) as fax:
        for _ in range(3000):
            fax.hear(fax.speak(TICK))
        fax.hang_up()
        *_, last = fax.events()
    assert last == fax.result
    assert fax.result is not None
    assert fax.result.lost > 0


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1 << 30), peak=st.sampled_from([10, 1000, 32767]), cut=st.integers(1, 4000))
def test_garbage_on_the_line_never_crashes(tmp_path: Path, seed: int, peak: int, cut: int) -> None:
    """Noise, clicks and full-scale steps, in any cut: the terminal goes on, or ends with a status."""
    rng = np.random.default_rng(seed)
    sound = rng.integers(-peak, peak, 5 * RATE).astype(np.int16)
    sound[rng.integers(0, len(sound), 40)] = rng.choice([-32768, 32767], 40)
    with FaxTerminal(FaxOptions(bool(seed & 1), receive=tmp_path / "r.tif")) as fax:
        for at in range(0, len(sound), cut):
            piece = sound[at : at + cut]
            fax.hear(piece)
            assert fax.speak(len(piece)).shape == piece.shape
        fax.hang_up()
        assert any(event == fax.result for event in fax.events())
