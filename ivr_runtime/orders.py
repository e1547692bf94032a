"""Orders: what a caller may order, and placing it once.

The stock is taken by a conditional update, so that callers who order at the same moment never sell more than there is;
the key makes a second confirmation of the same order give the first one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.db.models import F

from ivr_runtime.records.models import Call, Order, OrderLine, Product

Item = Mapping[str, Any]
"""{"code": "1001", "quantity": 2}; the quantity may be text, as keyed."""

Why = Literal["", "unknown", "zero", "quota", "stock", "empty"]
"""Why something cannot be ordered: no such product; not a quantity of 1 or more; more than the quota; more than the
stock; nothing in the order. Empty: it can."""

FIRST_NUMBER = 100_000


class Refused(Exception):
    """An order cannot be placed. most: how many of `code` could be ordered."""

    def __init__(self, why: Why, code: str = "", most: int = 0) -> None:
        super().__init__(why)
        self.why, self.code, self.most = why, code, most


def allowed(code: str, quantity: int | str, items: Iterable[Item] = ()) -> dict[str, Any]:
    """May so many be ordered on top of `items`, which the caller has chosen already?

    Gives allowed (bool), why (see `Why`), most (how many more could be), code.
    """
    wanted = _quantity(quantity)
    chosen = _sum(items)[str(code)]
    found = Product.objects.filter(code=str(code), active=True).first()
    if found is None:
        why, most = _refusal(None, wanted), 0
    else:
        most = max(0, min(found.quota, found.stock) - chosen)
        why = "zero" if wanted < 1 else _refusal(found, wanted + chosen)
    return {"allowed": not why, "why": why, "most": most, "code": str(code)}


def place(call_id: str, key: str, items: Iterable[Item], caller: str = "") -> dict[str, Any]:
    """Place an order: stock taken, order and lines kept, on disk when this returns. The same key gives the same order.

    Gives placed (bool) and, placed: number (digits, for the caller), total (fen), lines (code, name_zh, name_en,
    quantity, price, amount). Not placed: why, code, most; nothing is kept then.
    """
    wanted = _sum(items)
    try:
        with transaction.atomic():
            order = Order.objects.filter(key=key).first() or _place(call_id, key, wanted, caller)
    except Refused as refused:
        return {"placed": False, "why": refused.why, "code": refused.code, "most": refused.most}
    except IntegrityError:  # PostgreSQL: another thread placed the same key between our look and our insert
        order = Order.objects.get(key=key)
    return {"placed": True, **describe(order)}


def describe(order: Order) -> dict[str, Any]:
    """An order as a flow reads it back: number, total, lines."""
    lines = [
        {
            "code": line.product_id,
            "name_zh": line.product.name_zh,
            "name_en": line.product.name_en,
            "quantity": line.quantity,
            "price": line.price,
            "amount": line.quantity * line.price,
        }
        for line in order.lines.select_related("product").order_by("id")
    ]
    return {"number": order.number, "total": order.total, "lines": lines}


def _place(call_id: str, key: str, wanted: Counter[str], caller: str) -> Order:
    if not wanted:
        raise Refused("empty")
    Call.objects.get_or_create(id=call_id)  # the journal may not have kept the call yet
    order = Order.objects.create(key=key, call_id=call_id, caller=caller[:40], total=0)
    prices = {code: _take(code, wanted[code]) for code in sorted(wanted)}  # one sequence for all: no deadlock
    OrderLine.objects.bulk_create(
        OrderLine(order=order, product_id=code, quantity=quantity, price=prices[code])
        for code, quantity in wanted.items()
    )
    order.number = order_number(order.pk)
    order.total = sum(prices[code] * quantity for code, quantity in wanted.items())
    order.save(update_fields=["number", "total"])
    return order


def _take(code: str, quantity: int) -> int:
    """Take from the stock; the price. Raises Refused, which undoes the whole order."""
    fits = Product.objects.filter(code=code, active=True, quota__gte=quantity, stock__gte=quantity)
    taken = fits.update(stock=F("stock") - quantity) if 0 < quantity < 2**31 else 0
    found = Product.objects.filter(code=code, active=True).first()
    if not taken:
        raise Refused(_refusal(found, quantity) or "stock", code, min(found.quota, found.stock) if found else 0)
    return found.price if found else 0


def _refusal(product: Product | None, quantity: int) -> Why:
    if product is None:
        return "unknown"
    if quantity < 1:
        return "zero"
    if quantity > product.quota:
        return "quota"
    return "stock" if quantity > product.stock else ""


def _sum(items: Iterable[Item]) -> Counter[str]:
    """How many of each code; a code may stand several times. One that is not a quantity makes its code's sum 0."""
    wanted: Counter[str] = Counter()
    wrong: set[str] = set()
    for item in items:
        code, quantity = str(item["code"]), _quantity(item["quantity"])
        wanted[code] += quantity
        wrong |= {code} if quantity < 1 else set()
    return Counter({code: 0 if code in wrong else quantity for code, quantity in wanted.items()})


def _quantity(value: int | str) -> int:
    """A quantity as keyed; 0 for what is none."""
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else 0


def order_number(serial: int) -> str:
    """The number spoken to the caller: a serial number and its check digit (Luhn, ISO/IEC 7812-1)."""
    payload = str(FIRST_NUMBER + serial)
    doubled = [int(digit) * (2 - i % 2) for i, digit in enumerate(reversed(payload))]
    check = -sum(value // 10 + value % 10 for value in doubled) % 10
    return f"{payload}{check}"
