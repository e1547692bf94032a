"""What must have been heard and kept when the demo's call is over. Every claim is checked against the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dsp.levels import dbm0
from workbench.kept import KeptCall
from workbench.picture import read_recording

ORDERED = {"1001": 2, "1003": 5}
CALLBACK = "13812345678"
PRICES = ("1001", "1003")


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that must be so, and whether it is."""

    text: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """What the records hold after the call."""

    call: KeptCall
    orders: Sequence[Mapping[str, Any]]
    messages: Sequence[Mapping[str, Any]]
    products: Mapping[str, Mapping[str, Any]]

    @classmethod
    def read(cls, data: Path) -> Kept | None:
        """The newest call and what came of it; None when no call was kept. Raises RecordsError."""
        from ivr_runtime.records import setup

        setup.setup(data, create=False)
        from ivr_runtime.records import reports  # tables can be imported when Django is ready

        calls = reports.calls(1)
        if not calls:
            return None
        products = {product["code"]: product for product in reports.products()}
        return cls(KeptCall.read(data, calls[0]["id"]), reports.orders(), reports.messages(), products)


def claims(kept: Kept, noted: Mapping[str, str], caller_content: bool) -> list[Claim]:
    """Everything the demo promises. noted: what the caller wrote down, by ear."""
    return [
        Claim("the caller heard every prompt of the script", caller_content),
        Claim("the caller's number came with the call", kept.call.facts["caller_number"] == CALLBACK),
        *_prices(kept, noted),
        *_order(kept, noted),
        *_message(kept, noted),
        *_recording(kept.call),
    ]


def _prices(kept: Kept, noted: Mapping[str, str]) -> list[Claim]:
    return [
        Claim(f"the price of {code} that was heard is the one that is kept", _heard(noted, code) == _price(kept, code))
        for code in PRICES
    ]


def _heard(noted: Mapping[str, str], code: str) -> int | None:
    return fen(noted.get(f"price of {code}", ""))


def _price(kept: Kept, code: str) -> int:
    return int(kept.products[code]["price"])


def fen(amount: str) -> int | None:
    """A price as it was written down ("125.50", "98") in fen; None when it is none."""
    try:
        return round(float(amount) * 100)
    except ValueError:
        return None


def _order(kept: Kept, noted: Mapping[str, str]) -> list[Claim]:
    mine = [order for order in kept.orders if order["call"] == kept.call.id]
    order = mine[0] if mine else {"number": None, "lines": [], "total": None}
    lines = {line["code"]: line["quantity"] for line in order["lines"]}
    due = sum(kept.products[code]["price"] * quantity for code, quantity in ORDERED.items())
    return [
        Claim("one order was placed, once", len(mine) == 1),
        Claim("its items and quantities are those that were keyed", lines == ORDERED),
        Claim("its total is right, and is what was read back", order["total"] == due == fen(noted.get("total", ""))),
        Claim("its number is the one that was heard", order["number"] == noted.get("order number")),
    ]


def _message(kept: Kept, noted: Mapping[str, str]) -> list[Claim]:
    mine = [message for message in kept.messages if message["call"] == kept.call.id]
    callback, file = (mine[0]["callback"], mine[0]["file"]) if mine else ("", "")
    read_back = noted.get("call-back number")
    return [
        Claim("one voice message was kept", len(mine) == 1),
        Claim("its call-back number was keyed and read back right", callback == read_back == CALLBACK),
        Claim("somebody can be heard on it for 2 s or more", _speech_seconds(Path(file)) >= 2.0),
    ]


def _recording(call: KeptCall) -> list[Claim]:
    if call.recording is None or not call.recording.is_file():
        return [Claim("the call was recorded", False)]
    caller, system = read_recording(call.recording)
    lasted = int(call.facts["ended"] or 0) - call.answered
    return [
        Claim("the recording is as long as the call, within a second", abs(len(caller) - lasted) < 8000),
        Claim("both sides can be heard on it", bool(min(np.abs(caller).max(), np.abs(system).max()) > 1000)),
    ]


def _speech_seconds(file: Path) -> float:
    """Seconds of a WAV file in which the level of 20 ms is above -40 dBm0."""
    import soundfile

    if not file.is_file():
        return 0.0
    samples, rate = soundfile.read(file, dtype="int16")
    width = rate // 50
    pieces = samples[: len(samples) // width * width].reshape(-1, width).astype(np.float32)
    return float(np.count_nonzero(dbm0(pieces) > -40.0) / 50)
