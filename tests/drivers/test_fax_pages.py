"""Pages: any dots arrive as they were sent; files that are none, or are damaged, are a status and never a crash."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.fax import BadDocument, FaxOptions
from drivers.fax.pages import COLUMNS, read_pages, sample_page, write_pages
from tests.drivers.fax_pair import document, send

FEW = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(
    rows=st.integers(1, 60), density=st.sampled_from([0.0, 0.02, 0.5, 1.0]), seed=st.integers(0, 999), ecm=st.booleans()
)
def test_any_dots_arrive_as_they_were_sent(tmp_path: Path, rows: int, density: float, seed: int, ecm: bool) -> None:
    """White, black, noise; one row or many; MMR with error correction and MR without."""
    page = np.random.default_rng(seed).random((rows, COLUMNS)) < density
    file, received = tmp_path / "dots.tif", tmp_path / "received.tif"
    write_pages(file, [page])
    a, b = send(FaxOptions(True, send=file, ecm=ecm), FaxOptions(False, receive=received))
    assert a.result.ok
    assert b.result.ok
    [got] = read_pages(received)
    assert np.array_equal(got, page)


@FEW
@given(data=st.data())
def test_a_damaged_file_ends_with_a_status(tmp_path: Path, data: st.DataObject) -> None:
    """Bytes changed, the end cut off: something is sent, or it is said that the file is bad."""
    file, _ = document(tmp_path, pages=2, rows=60)
    octets = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 12))):
        octets[data.draw(st.integers(4, len(octets) - 1))] = data.draw(st.integers(0, 255))
    damaged = tmp_path / "damaged.tif"
    damaged.write_bytes(octets[: data.draw(st.integers(60, len(octets)))])
    a, _ = send(FaxOptions(True, send=damaged, most_pages=2), FaxOptions(False, receive=tmp_path / "r.tif"))
    assert a.result.text


@pytest.mark.parametrize("resolution", ["standard", "fine", "superfine"])
def test_pages_are_read_as_they_were_written(tmp_path: Path, resolution: str) -> None:
    """Several of different lengths in one file."""
    file = tmp_path / "pages.tif"
    pages = [sample_page("one", 150), sample_page("two", 90)]
    write_pages(file, pages, resolution)  # type: ignore[arg-type]
    assert all(np.array_equal(a, b) for a, b in zip(read_pages(file), pages, strict=True))


def test_what_is_no_page_is_refused(tmp_path: Path) -> None:
    """No page to write, a file that is none, a file that is not there."""
    with pytest.raises(ValueError, match="at least one page"):
        write_pages(tmp_path / "none.tif", [])
    (tmp_path / "text.tif").write_text("text")
    for name in ("text.tif", "none.tif"):
        with pytest.raises(BadDocument):
            read_pages(tmp_path / name)


def test_sample_pages_differ_by_their_title() -> None:
    """The same title gives the same page."""
    assert np.array_equal(sample_page("a", 200), sample_page("a", 200))
    assert not np.array_equal(sample_page("a", 200), sample_page("b", 200))
