"""Text in a caller ID message: numbers, reasons and names, seven bits with parity on some exchanges, or Chinese."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Parity = Literal["none", "even", "odd"]

REASONS = frozenset("OPCILS")
"""O not available (out of area), P private; some networks: C coin box, I international, L long distance, S conflict."""
_DIGITS = frozenset("0123456789*#ABCD+ -")
_ODD = bytes(value.bit_count() % 2 for value in range(256))
"""Is the count of ones in a byte odd?"""


def coded(text: str, parity: Parity = "none") -> bytes:
    """Text as an exchange sends it: ASCII, else GB 2312 (as in China), else Latin-1. Parity only fits ASCII.

    Raises ValueError for text that is not ASCII and should have parity.
    """
    if parity != "none":
        if not text.isascii():
            raise ValueError(f"{text!r} does not fit into seven bits and parity")
        wrong = int(parity == "even")
        return bytes(value | (0x80 if _ODD[value] == wrong else 0) for value in text.encode("ascii"))
    try:
        return text.encode("gb2312")
    except UnicodeEncodeError:
        return text.encode("latin-1", "replace")


def parity_of(texts: Iterable[bytes]) -> Parity:
    """The parity that all bytes of these texts have, if that is why some of them have their highest bit set."""
    together = b"".join(texts)
    if together.isascii():
        return "none"
    odd = {_ODD[value] for value in together}
    return ("even", "odd")[odd.pop()] if len(odd) == 1 else "none"


def plain(text: bytes, parity: Parity) -> bytes:
    """Text without its parity."""
    return text if parity == "none" else bytes(value & 0x7F for value in text)


def number_of(text: bytes) -> str | None:
    """A telephone number without its punctuation; None if it is none."""
    written = text.decode("latin-1")
    if not written or not set(written) <= _DIGITS:
        return None
    return written.replace(" ", "").replace("-", "") or None


def reason_of(text: bytes) -> str:
    """The letter that stands for a number or a name, or empty."""
    letter = text.decode("latin-1")
    return letter if letter in REASONS else ""


def name_of(text: bytes) -> str | None:
    """A name; None if it cannot be one."""
    for coding in ("ascii", "gb2312", "latin-1"):
        try:
            written = text.decode(coding)
        except UnicodeDecodeError:
            continue
        return written.strip() if written.isprintable() else None
    return None
