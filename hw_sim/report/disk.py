"""Disks that refuse, by the name of the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import soundfile


@contextmanager
def writing(file: Path | str) -> Iterator[None]:
    """An error of the disk in here names the file: Python's own does not always, libsndfile's never."""
    try:
        yield
    except soundfile.LibsndfileError as error:
        raise OSError(f"{file}: cannot be written (is the disk full?)") from error
    except OSError as error:
        if error.filename is not None or error.strerror is None:
            raise
        raise OSError(error.errno, error.strerror, str(file)) from error
