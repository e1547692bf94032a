"""What was kept, as plain data for tables, JSON and the demo. Needs `setup`; newest first."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.forms.models import model_to_dict

from ivr_runtime.orders import describe
from ivr_runtime.records.models import Call, Message, Order, Product
from ivr_runtime.records.setup import data_dir

RATE = 8000


class Unknown(LookupError):
    """Nothing was kept under that name."""


def calls(limit: int = 50) -> list[dict[str, Any]]:
    """The last calls, each with its number of steps and its length in seconds (None while it lasts)."""
    found = Call.objects.annotate(step_count=Count("steps")).order_by("-id")[:limit]
    return [{**model_to_dict(call), "steps": call.step_count, "seconds": _seconds(call)} for call in found]


def call(call_id: str) -> dict[str, Any]:
    """One call with its trace; `time` of a step is in seconds since the call began. Part of an id is enough if it is
    unique. Raises Unknown.
    """
    found = _one(Call.objects.filter(id__contains=call_id), Call.objects.filter(id=call_id), f"call {call_id!r}")
    steps = [
        {"number": s.number, "time": (s.at - (found.started or 0)) / RATE, "path": s.path, "what": s.what}
        | {"outcome": s.outcome, "facts": s.facts, "at": s.at}
        for s in found.steps.order_by("number")
    ]
    kept = {
        "orders": [order.number for order in found.orders.order_by("id")],
        "messages": [message.pk for message in found.messages.order_by("id")],
    }
    return {**model_to_dict(found), "seconds": _seconds(found), "steps": steps, **kept}


def orders(limit: int = 50) -> list[dict[str, Any]]:
    """The last orders with their lines."""
    return [_order(found) for found in Order.objects.order_by("-id")[:limit]]


def order(number: str) -> dict[str, Any]:
    """One order with its lines. Raises Unknown."""
    return _order(_one(Order.objects.filter(number=number), Order.objects.none(), f"order {number!r}"))


def messages(limit: int = 50, *, only_new: bool = False) -> list[dict[str, Any]]:
    """The last messages; `file` is the whole path."""
    found = Message.objects.filter(state="new") if only_new else Message.objects.all()
    return [_message(one) for one in found.order_by("-id")[:limit]]


def message(number: int) -> dict[str, Any]:
    """One message. Raises Unknown."""
    return _message(_one(Message.objects.filter(pk=number), Message.objects.none(), f"message {number}"))


def products() -> list[dict[str, Any]]:
    """All products by code, those that are not active too."""
    return [model_to_dict(found) for found in Product.objects.all()]


def _one(found: QuerySet[Any], exact: QuerySet[Any], what: str) -> Any:
    first = list(exact[:1]) or list(found[:2])
    if len(first) != 1:
        raise Unknown(f"no {what}" if not first else f"more than one {what}: write more of it")
    return first[0]


def _seconds(found: Call) -> float | None:
    """Since the answer, as `call.ended` in the log; how long it rang when nobody answered."""
    begin = found.started if found.answered is None else found.answered
    return None if begin is None or found.ended is None else (found.ended - begin) / RATE


def _order(found: Order) -> dict[str, Any]:
    return {"call": found.call_id, "caller": found.caller, "created": found.created, **describe(found)}


def _message(found: Message) -> dict[str, Any]:
    return {
        "id": found.pk,
        "call": found.call_id,
        "topic": found.topic,
        "callback": found.callback,
        "seconds": found.seconds,
        "state": found.state,
        "created": found.created,
        "file": str(data_dir() / found.file),
    }
