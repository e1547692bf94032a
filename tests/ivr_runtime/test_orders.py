"""Orders: what may be ordered, placed once, never oversold, on disk when confirmed."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr_runtime.errors import ServiceFailed
from ivr_runtime.orders import order_number
from ivr_runtime.records.database import DATABASE_FILE
from ivr_runtime.records.models import Call, Order, OrderLine, Product
from ivr_runtime.services import SERVICES

allowed = SERVICES["orders.allowed"]
place = SERVICES["orders.place"]
FAST = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def shop(records: Path) -> Path:
    """Three products: plenty, little stock, not sold any more."""
    for code, quota, stock, active in (("1001", 5, 200, True), ("1002", 50, 20, True), ("1003", 5, 5, False)):
        Product.objects.create(
            code=code, name_zh="中华", name_en="Chunghwa", price=4550, quota=quota, stock=stock, active=active
        )
    return records


def items(**quantities: Any) -> list[dict[str, Any]]:
    """items(c1001=2) -> [{"code": "1001", "quantity": 2}]"""
    return [{"code": code[1:], "quantity": quantity} for code, quantity in quantities.items()]


def stock(code: str) -> int:
    """What is left of a product."""
    return Product.objects.get(code=code).stock


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Another program writes and does not end; this thread has 50 ms of patience."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=50")
    with closing(sqlite3.connect(folder / DATABASE_FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.parametrize(
    ("code", "quantity", "why", "most"),
    [
        ("1001", 5, "", 5),
        ("1001", "5", "", 5),
        ("1001", 6, "quota", 5),
        ("1002", 20, "", 20),
        ("1002", 21, "stock", 20),
        ("1001", 0, "zero", 5),
        ("1001", "", "zero", 5),
        ("1001", "*", "zero", 5),
        ("1001", -3, "zero", 5),
        ("1001", "9" * 40, "zero", 5),
        ("1001", 10**11, "quota", 5),
        ("1003", 1, "unknown", 0),
        ("", 1, "unknown", 0),
    ],
)
def test_quota_and_stock_say_what_may_be_ordered(shop: Path, code: str, quantity: Any, why: str, most: int) -> None:
    """The reason is named, and how many would do; a product that is not active is unknown."""
    assert allowed(code=code, quantity=quantity) == {"allowed": not why, "why": why, "most": most, "code": code}


def test_what_was_chosen_already_counts(shop: Path) -> None:
    """Three of five chosen: two more may be, three more may not."""
    chosen = items(c1001=3)
    assert allowed("1001", 2, chosen)["allowed"]
    assert allowed("1001", 3, chosen) == {"allowed": False, "why": "quota", "most": 2, "code": "1001"}


def test_an_order_is_kept_with_its_prices_and_takes_the_stock(shop: Path) -> None:
    """Number, total and lines are what the caller is told and what is in the tables."""
    made = place("call-1", "k", items(c1002=2, c1001="3"), "13800138000")
    assert made["placed"]
    assert made["total"] == 5 * 4550
    assert [(line["code"], line["quantity"], line["amount"]) for line in made["lines"]] == [
        ("1002", 2, 9100),
        ("1001", 3, 13650),
    ]
    kept = Order.objects.get(number=made["number"])
    assert (kept.call_id, kept.caller, kept.total, kept.lines.count()) == ("call-1", "13800138000", 22750, 2)
    assert (stock("1001"), stock("1002")) == (197, 18)


def test_a_price_change_does_not_change_old_orders(shop: Path) -> None:
    """A line keeps the price of its moment."""
    made = place("call-1", "k", items(c1001=1))
    Product.objects.update(price=1)
    assert place("call-1", "k", items(c1001=1)) == made


def test_the_same_key_is_the_same_order(shop: Path) -> None:
    """Confirmed twice (a repeated key, a retry after a failure), ordered once."""
    first = place("call-1", "k", items(c1001=2))
    assert place("call-1", "k", items(c1001=2)) == first
    assert place("call-1", "other", items(c1001=2))["number"] != first["number"]
    assert (Order.objects.count(), stock("1001")) == (2, 196)


@pytest.mark.parametrize(
    ("wanted", "why", "code", "most"),
    [
        (items(c1001=2, c1002=21), "stock", "1002", 20),
        (items(c1001=3) + items(c1001=3), "quota", "1001", 5),
        (items(c1001=1, c9999=1), "unknown", "9999", 0),
        (items(c1001=1, c1003=1), "unknown", "1003", 0),
        (items(c1001=0), "zero", "1001", 5),
        (items(c1001=-1), "zero", "1001", 5),
        (items(c1001=10**30), "zero", "1001", 5),
        (items(c1001=10**11), "quota", "1001", 5),
        ([], "empty", "", 0),
    ],
)
def test_an_order_that_cannot_be_filled_leaves_nothing(
    shop: Path, wanted: list[dict[str, Any]], why: str, code: str, most: int
) -> None:
    """All of it or none of it: no order, no call, no stock taken."""
    assert place("call-1", "k", wanted) == {"placed": False, "why": why, "code": code, "most": most}
    assert (Order.objects.count(), OrderLine.objects.count(), Call.objects.count()) == (0, 0, 0)
    assert (stock("1001"), stock("1002")) == (200, 20)


def test_thirty_callers_at_once_never_oversell(shop: Path) -> None:
    """Twenty in stock, thirty callers confirm in the same moment: twenty orders, ten refusals that say why."""
    barrier = threading.Barrier(30)

    def caller(number: int) -> dict[str, Any]:
        barrier.wait()
        return dict(place(f"call-{number}", f"key-{number}", items(c1002=1)))

    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(caller, range(30)))
    assert Counter(answer["placed"] for answer in answers) == {True: 20, False: 10}
    assert {answer["why"] for answer in answers if not answer["placed"]} == {"stock"}
    assert len({answer["number"] for answer in answers if answer["placed"]}) == 20
    assert (stock("1002"), Order.objects.count()) == (0, 20)


def test_one_key_from_ten_threads_is_one_order(shop: Path) -> None:
    """A retry that overtakes the first try still gives one order, and all get its number."""
    barrier = threading.Barrier(10)

    def confirm(_: int) -> str:
        barrier.wait()
        return str(place("call-1", "k", items(c1001=1))["number"])

    with ThreadPoolExecutor(10) as pool:
        numbers = set(pool.map(confirm, range(10)))
    assert len(numbers) == 1
    assert (Order.objects.count(), stock("1001")) == (1, 199)


ORDERING = """
    import sys
    from ivr_runtime.records.setup import setup
    setup(sys.argv[1])
    from ivr_runtime.services import SERVICES
    def place(key):
        return SERVICES["orders.place"]("call-" + key, key, [{"code": "1002", "quantity": 1}])
"""


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    """A process that can place orders."""
    text = textwrap.dedent(ORDERING) + textwrap.dedent(program)
    return subprocess.Popen(
        [sys.executable, "-c", text, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_two_processes_at_once_never_oversell(shop: Path) -> None:
    """Two servers on one database, each places fifteen orders of a product of which there are twenty."""
    program = "print(sum(place(sys.argv[2] + str(i))['placed'] for i in range(15)))"
    servers = [start(program, str(shop), name) for name in "ab"]
    done = [server.communicate(timeout=60) for server in servers]
    assert sum(int(out) for out, _ in done) == 20, done
    assert (stock("1002"), Order.objects.count()) == (0, 20)


def test_an_order_that_was_confirmed_survives_kill_9(shop: Path) -> None:
    """The process is killed right after the number is known: the order is there, once, with its stock taken."""
    server = start("import os; print(place('k')['number'], flush=True); os.kill(os.getpid(), 9)", str(shop))
    number = server.communicate(timeout=60)[0].strip()
    assert server.returncode == -signal.SIGKILL
    assert [order.number for order in Order.objects.all()] == [number]
    assert stock("1002") == 19
    assert place("call-k", "k", items(c1002=1))["number"] == number


def test_an_order_that_was_not_finished_leaves_nothing_at_kill_9(shop: Path) -> None:
    """The process is killed between taking the stock and the end of the transaction: as if nobody had called."""
    program = """
        import os, ivr_runtime.orders
        ivr_runtime.orders.order_number = lambda serial: os.kill(os.getpid(), 9)
        place('k')
    """
    server = start(program, str(shop))
    server.communicate(timeout=60)
    assert server.returncode == -signal.SIGKILL
    assert (Order.objects.count(), stock("1002")) == (0, 20)


def test_a_locked_database_fails_the_service_and_loses_nothing(shop: Path) -> None:
    """Another program holds the write lock: a clear failure; afterwards the same key places the order."""
    place("call-1", "before", items(c1001=1))
    with locked(shop), pytest.raises(ServiceFailed, match=r"orders\.place: database is locked") as failed:
        place("call-1", "k", items(c1001=1))
    assert failed.value.__cause__ is not None
    assert place("call-1", "k", items(c1001=1))["placed"]
    assert (Order.objects.count(), stock("1001")) == (2, 198)


def test_a_locked_database_still_answers_questions(shop: Path) -> None:
    """Readers do not wait for the writer: prices are told meanwhile."""
    with locked(shop):
        assert SERVICES["catalogue.product"]("1001")["price"] == 4550


def test_a_full_disk_fails_the_service_and_loses_nothing(shop: Path) -> None:
    """What was confirmed stays; the order that did not fit leaves nothing; with room again it is placed."""
    confirmed = place("call-1", "before", items(c1001=1))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count={cursor.fetchone()[0]}")
    large = "x" * 90
    with pytest.raises(ServiceFailed, match=r"orders\.place: database or disk is full"):
        [place("call-1", f"{large}{number}", items(c1001=1)) for number in range(1000)]
    placed = Order.objects.count()
    assert stock("1001") == 200 - placed
    assert place("call-1", "before", items(c1001=1)) == confirmed
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count=1000000")
    assert place("call-1", "after", items(c1001=1))["placed"]


def test_what_was_confirmed_before_the_disk_was_full_is_there(shop: Path) -> None:
    """The operating system refuses to let any file grow: every number that was told is in the records, no other."""
    Product.objects.filter(code="1002").update(stock=5000)
    program = """
        import resource
        from ivr_runtime.errors import ServiceFailed
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        for i in range(5000):
            try:
                print(place(str(i))["number"])
            except ServiceFailed as failed:
                print("failed", failed.service)
                break
    """
    server = start(program, str(shop))
    out, errors = server.communicate(timeout=60)
    *told, last = out.split("\n")[:-1]
    assert last == "failed orders.place", errors
    assert told == list(Order.objects.order_by("id").values_list("number", flat=True))
    assert stock("1002") == 5000 - len(told)
    assert place("call", "after", items(c1002=1))["placed"]


def test_records_that_vanish_fail_the_service(shop: Path) -> None:
    """The table is gone (someone replaced the file): a failure that names the service, not a crash."""
    with closing(sqlite3.connect(shop / DATABASE_FILE)) as other:
        other.execute("DROP TABLE records_product")
    with pytest.raises(ServiceFailed, match=r"catalogue\.product"):
        SERVICES["catalogue.product"]("1001")


class Shop:
    """What stock, quota and keys must do, in a few lines of plain Python."""

    def __init__(self) -> None:
        self.stock = {"1001": 12, "1002": 7}
        self.quota = {"1001": 5, "1002": 9}
        self.placed: dict[str, dict[str, int]] = {}

    def place(self, key: str, wanted: list[tuple[str, int]]) -> bool:
        """As orders.place should."""
        if key in self.placed:
            return True
        total: Counter[str] = Counter()
        for code, quantity in wanted:
            total[code] += quantity
        fits = all(total[c] <= self.quota.get(c, 0) and total[c] <= self.stock.get(c, 0) for c in total)
        if not wanted or any(quantity < 1 for _, quantity in wanted) or not fits:
            return False
        for code in total:
            self.stock[code] -= total[code]
        self.placed[key] = dict(total)
        return True


WANTED = st.lists(st.tuples(st.sampled_from(["1001", "1002", "9"]), st.integers(-1, 6)), max_size=4)


@FAST
@given(st.lists(st.tuples(st.sampled_from("abcdef"), WANTED), max_size=12))
def test_any_sequence_of_orders_keeps_the_books_straight(
    records: Path, orders: list[tuple[str, list[tuple[str, int]]]]
) -> None:
    """Every answer is the model's; stock and kept lines always add up to what there was."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
    for model in (OrderLine, Order, Product):
        model.objects.all().delete()
    shop = Shop()
    for code in shop.stock:
        Product.objects.create(
            code=code, name_zh="a", name_en="b", price=100, quota=shop.quota[code], stock=shop.stock[code]
        )
    for key, wanted in orders:
        answer = place("call", key, [{"code": code, "quantity": quantity} for code, quantity in wanted])
        assert answer["placed"] == shop.place(key, wanted)
        assert {product.code: product.stock for product in Product.objects.all()} == shop.stock
    kept = {order.key: {line.product_id: line.quantity for line in order.lines.all()} for order in Order.objects.all()}
    assert kept == shop.placed


@given(st.integers(1, 10**9), st.integers(1, 9), st.data())
def test_a_misheard_digit_of_an_order_number_is_noticed(serial: int, other: int, data: st.DataObject) -> None:
    """The last digit checks the rest (Luhn): one wrong digit never gives another valid number."""

    def valid(number: str) -> bool:
        digits = [int(digit) * (1 + i % 2) for i, digit in enumerate(reversed(number))]
        return sum(value - 9 if value > 9 else value for value in digits) % 10 == 0

    number = order_number(serial)
    assert valid(number)
    place_of = data.draw(st.integers(0, len(number) - 1))
    wrong = str((int(number[place_of]) + other) % 10)
    assert not valid(number[:place_of] + wrong + number[place_of + 1 :])
