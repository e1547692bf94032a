"""The tobacco hotline on a call without a line, with services that keep everything in memory."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ivr_runtime.errors import CallEnded, ServiceFailed
from ivr_runtime.flow.load import Flow, load
from ivr_runtime.flow.run import run_flow
from ivr_runtime.flow.trace import Entry, Journal
from ivr_runtime.products_csv import read_products
from tests.ivr_runtime.flow.fakes import FakeCall, FakeService, FakeSpeaker, Speech

FOLDER = Path(__file__).parent.parent.parent / "flows" / "tobacco"
PRODUCTS = {row.code: asdict(row) for row in read_products(FOLDER / "products.csv") if row.active}
FLOW: Flow = load(FOLDER / "flow.yaml")


@dataclass
class Shop:
    """The services in memory. broken: names of services that fail, with how many times they still do."""

    broken: Counter[str] = field(default_factory=Counter)
    sold: Counter[str] = field(default_factory=Counter)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)

    def product(self, code: str) -> dict[str, Any] | None:
        self._work("catalogue.product")
        found = PRODUCTS.get(code)
        return found and {k: found[k] for k in ("code", "name_zh", "name_en", "price", "quota", "stock")}

    def allowed(self, code: str, quantity: int | str, items: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
        self._work("orders.allowed")
        chosen = sum(item["quantity"] for item in items if item["code"] == code)
        quota, stock = PRODUCTS[code]["quota"], PRODUCTS[code]["stock"] - self.sold[code]
        wanted = int(quantity) + chosen
        why = "zero" if int(quantity) < 1 else "quota" if wanted > quota else "stock" if wanted > stock else ""
        return {"allowed": not why, "why": why, "most": max(0, min(quota, stock) - chosen), "code": code}

    def place(self, call_id: str, key: str, items: Sequence[dict[str, Any]], caller: str = "") -> dict[str, Any]:
        self._work("orders.place")
        for item in items:
            answer = self.allowed(item["code"], item["quantity"])
            if not answer["allowed"]:
                return {"placed": False, **answer}
        total = sum(item["amount"] for item in items)
        order = {"placed": True, "number": "1000017", "total": total, "items": list(items), "caller": caller}
        return self.orders.setdefault(key, order)

    def keep(self, call_id: str, topic: str, callback: str, file: str, samples: int) -> dict[str, Any]:
        self._work("voicemail.keep")
        self.messages[file] = {"topic": topic, "callback": callback, "samples": samples}
        return {"id": len(self.messages)}

    def discard(self, file: str) -> None:
        self._work("voicemail.discard")
        Path(file).unlink(missing_ok=True)

    def services(self) -> dict[str, FakeService]:
        return {
            "catalogue.product": FakeService(self.product),
            "orders.allowed": FakeService(self.allowed),
            "orders.place": FakeService(self.place),
            "voicemail.keep": FakeService(self.keep),
            "voicemail.discard": FakeService(self.discard),
        }

    def _work(self, service: str) -> None:
        if self.broken[service]:
            self.broken[service] -= 1
            raise ServiceFailed(service, "database is locked")


@dataclass
class Visit:
    """A call that is over: what the caller heard, the trace, what was kept."""

    call: FakeCall
    shop: Shop
    trace: list[Entry]
    ended: str

    @property
    def heard(self) -> str:
        """Everything said, prompts and words by their ids without the language."""
        return " ".join(self.call.said)

    @property
    def way(self) -> list[str]:
        """The named steps in the order in which they were entered."""
        names = [entry.path.split(".")[0] for entry in self.trace if not entry.path.startswith("defaults")]
        return [name for i, name in enumerate(names) if i == 0 or names[i - 1] != name]


class Recorder:
    """A journal that remembers."""

    def __init__(self) -> None:
        self.entries: list[Any] = []

    def step(self, entry: Any) -> None:
        self.entries.append(entry)


def visit(
    script: Sequence[str | Speech], folder: Path, *, shop: Shop | None = None, journal: Journal | None = None
) -> Visit:
    """Run a call whose caller does this, and then hangs up."""
    shop = shop or Shop()
    speaker = FakeSpeaker([clip.id for clip in FLOW.clips])
    call = FakeCall(script, speaker)
    trace: list[Entry] = []
    recorder = journal or Recorder()
    made = run_flow(FLOW, call, speaker, services=shop.services(), journal=recorder, folder=folder, trace=trace)
    try:
        asyncio.run(made)
        ended = "hung_up"
    except CallEnded as error:
        ended = error.reason
    return Visit(call, shop, trace, ended)
