"""Products: by code, and from a spreadsheet with every fault at its place."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.yaml_source import ConfigError, Problem
from ivr_runtime.catalogue import Imported, import_products, spoken_names
from ivr_runtime.products_csv import ProductRow, parse_products
from ivr_runtime.records.models import Product
from ivr_runtime.services import SERVICES

HEAD = "code,name_zh,name_en,price,quota,stock,active\n"
GOOD = HEAD + '1001,中华硬盒,"Chunghwa, ""Hard""",450.00,5,200,yes\r\n1002,红塔山,Hongta,75.5,10,30,no\n'
product = SERVICES["catalogue.product"]


def write(folder: Path, text: str | bytes) -> Path:
    """A CSV file."""
    file = folder / "products.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def faults(text: str) -> list[str]:
    """The faults of a file as line:column: message."""
    with pytest.raises(ConfigError) as found:
        parse_products("p.csv", text)
    return [str(problem).removeprefix("p.csv:") for problem in found.value.problems]


def test_a_product_is_found_by_its_code(records: Path) -> None:
    """Names, price in fen, quota and stock; None for an unknown code and for one that is not sold."""
    import_products(write(records, GOOD))
    assert product(code="1001") == {
        "code": "1001", "name_zh": "中华硬盒", "name_en": 'Chunghwa, "Hard"', "price": 45000, "quota": 5, "stock": 200,
    }  # fmt: skip
    assert product(code="1002") is None
    assert product(code="1") is None


def test_a_code_keyed_as_a_number_is_found(records: Path) -> None:
    """A flow's expression may have made a number of it."""
    import_products(write(records, GOOD))
    assert product(1001) is not None


def test_an_import_brings_the_table_up_to_date(records: Path) -> None:
    """New ones are added, changed ones changed, and others left alone."""
    assert import_products(write(records, GOOD)) == Imported(new=2)
    assert import_products(write(records, GOOD)) == Imported(unchanged=2)
    changed = GOOD.replace("450.00", "460") + "1003,玉溪,Yuxi,22,5,5,\n"
    assert import_products(write(records, changed)) == Imported(new=1, changed=1, unchanged=1)
    assert Product.objects.get(code="1001").price == 46000


def test_an_import_can_leave_the_stock_as_orders_made_it(records: Path) -> None:
    """keep_stock: the price of the file, the stock of the table."""
    import_products(write(records, GOOD))
    SERVICES["orders.place"]("call", "key", [{"code": "1001", "quantity": 5}])
    assert import_products(write(records, GOOD.replace("450.00", "1")), keep_stock=True) == Imported(0, 1, 1)
    kept = Product.objects.get(code="1001")
    assert (kept.price, kept.stock) == (100, 195)
    import_products(write(records, GOOD))
    assert Product.objects.get(code="1001").stock == 200


def test_a_file_with_one_fault_changes_nothing(records: Path) -> None:
    """All of it or none of it."""
    import_products(write(records, GOOD))
    with pytest.raises(ConfigError):
        import_products(write(records, GOOD.replace("450.00", "1") + "x,y,z,1,1,1,\n"))
    assert Product.objects.get(code="1001").price == 45000


def test_names_are_there_to_be_rendered_before_the_first_call(records: Path) -> None:
    """Both languages of every product that is sold."""
    import_products(write(records, GOOD))
    assert spoken_names() == [("en", 'Chunghwa, "Hard"'), ("zh", "中华硬盒")]


def test_all_faults_are_told_at_once_with_their_place() -> None:
    """Line and column of every cell that is wrong, counted behind quotes, Chinese and line breaks in a cell."""
    text = HEAD + '10a1,"中\n华",n,4.505,-1,1e3,maybe\n1001,中华,"a ""b"", c",0,5,99999999,\n1001,,n,5,5,5\n'
    assert faults(text) == [
        "2:1: code: '10a1' cannot be keyed; a code is 1 to 12 digits",
        "2:6: name_zh: a name is 1 to 100 characters that can be spoken",
        "3:6: price: '4.505' is no price in yuan; write 12 or 12.50",
        "3:12: quota: '-1' is no whole number from 0 to 9999999",
        "3:15: stock: '1e3' is no whole number from 0 to 9999999",
        "3:19: active: 'maybe' is neither yes nor no",
        "4:22: price: '0' is no price in yuan; write 12 or 12.50",
        "4:26: stock: '99999999' is no whole number from 0 to 9999999",
        "5:13: 6 cells, the first line has 7",
    ]


def test_a_name_that_no_voice_can_speak_is_a_fault() -> None:
    """Callers would hear nothing, or "Chinese letter"."""
    assert faults(HEAD + "1,……,中华,1,1,1,\n") == [
        "2:3: name_zh: a name is 1 to 100 characters that can be spoken",
        "2:6: name_en: an English voice cannot read '中华'",
    ]


def test_a_code_that_stands_twice_names_the_first_line() -> None:
    """Two prices for one code: nobody can say which is meant."""
    assert faults(HEAD + "1,a,a,1,1,1,\n\n2,b,b,1,1,1,\n1,c,c,2,1,1,\n") == [
        "5:1: the code '1' stands twice  (first in line 2)"
    ]


def test_a_mistyped_column_gets_a_hint() -> None:
    """The name that was meant, and what the first line lacks."""
    found = faults("code,name_zh,name_en,prise,quota,stock\n")
    assert "did you mean 'price'" in found[1] or "did you mean 'price'" in found[0]
    assert any("lacks price" in fault for fault in found)


def test_a_column_that_stands_twice_is_a_fault() -> None:
    """One of the two would be ignored without a word."""
    assert any("stands twice" in fault for fault in faults("code,code,name_zh,name_en,price,quota,stock\n"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "1:1: the file is empty"),
        ("code,name_zh\n中".encode("gb18030"), "2:1: is not in UTF-8  (save it as CSV UTF-8)"),
        ((HEAD + '1,"open,a,1,1,1,\n').encode(), "2:3: a quote stands wrong"),
        ((HEAD + '1,a"b,a,1,1,1,\n').encode(), "2:3: a quote stands wrong"),
        (HEAD.replace(",", ";").encode(), "1:1: no such column"),
    ],
)
def test_what_spreadsheets_do_wrong_is_said_plainly(tmp_path: Path, records: Path, text: bytes, said: str) -> None:
    """Empty, in another encoding, with a stray quote, with semicolons."""
    with pytest.raises(ConfigError) as found:
        import_products(write(records, text))
    assert said in str(found.value)


def test_a_missing_file_is_said_plainly(tmp_path: Path) -> None:
    """The name and the reason."""
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        import_products(tmp_path / "none.csv")


def test_a_byte_order_mark_and_blank_lines_do_no_harm() -> None:
    """Spreadsheets write both."""
    rows = parse_products("p.csv", "\ufeff" + HEAD.upper() + "\r\n,,,,,,\r\n1, a ,b,1,1,1,\r\n\r\n")
    assert rows == [ProductRow("1", "a", "b", 100, 1, 1, True)]


CHINESE = "".join(map(chr, range(0x3400, 0xA000)))
NAME = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S"), exclude_characters=CHINESE), max_size=20
).map(lambda name: f"{name}a")
PRODUCTS = st.dictionaries(
    st.from_regex(r"[0-9]{1,12}", fullmatch=True),
    st.tuples(NAME, NAME, st.integers(1, 99_999_999), st.integers(0, 9_999_999), st.integers(0, 9_999_999)),
    min_size=1,
    max_size=5,
)


@given(PRODUCTS, st.sampled_from(["\n", "\r\n"]), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_what_python_writes_as_csv_is_read_back(products: dict[str, tuple[Any, ...]], end: str, quoting: Any) -> None:
    """Any names, quoted or not, either line end: the rows come back as they were."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end, quoting=quoting)
    writer.writerow(HEAD.strip().split(","))
    for code, (zh, en, price, quota, stock) in products.items():
        writer.writerow([code, zh, en, f"{price // 100}.{price % 100:02d}", quota, stock, "1"])
    expected = [ProductRow(code, *values, active=True) for code, values in products.items()]
    assert parse_products("p.csv", out.getvalue()) == expected


@given(st.text(alphabet='",;\n\r ab1中.-', max_size=60))
def test_any_text_gives_products_or_faults(text: str) -> None:
    """Nothing but a list or a ConfigError whose places lie in the file."""
    for head in ("", HEAD):
        problems = problems_of(head + text)
        lines = (head + text).count("\n") + (head + text).count("\r") + 1
        assert all(1 <= problem.line <= lines and problem.column >= 1 for problem in problems)


def problems_of(text: str) -> tuple[Problem, ...]:
    """The faults of a text, none if it is good."""
    try:
        parse_products("p.csv", text)
    except ConfigError as error:
        return error.problems
    return ()
