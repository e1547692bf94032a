"""Products by their code, and their import from a spreadsheet (CSV)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from ivr_runtime.products_csv import ProductRow, read_products
from ivr_runtime.records.models import Product


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did to the table, in products."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


def product(code: str) -> dict[str, Any] | None:
    """The product of a keyed code, None if there is none: code, name_zh, name_en, price (fen), quota, stock.

    quota: the most in one order. A product that is not active is unknown to callers.
    """
    found = Product.objects.filter(code=str(code), active=True).first()
    if found is None:
        return None
    return {name: getattr(found, name) for name in ("code", "name_zh", "name_en", "price", "quota", "stock")}


def spoken_names() -> list[tuple[str, str]]:
    """Language and name of every active product: words that a server renders before its first call."""
    names = Product.objects.filter(active=True).values_list("name_zh", "name_en")
    return sorted({word for zh, en in names for word in (("zh", zh), ("en", en))})


def import_products(file: str | Path, *, keep_stock: bool = False) -> Imported:
    """Add the products of a CSV file and bring those that stand already up to date, all or none.

    keep_stock: the stock of products that stand already is left as orders have made it.

    Raises drivers.yaml_source.ConfigError with all faults of the file as file:line:column.
    """
    rows = read_products(Path(file))
    with transaction.atomic():
        standing = {item.code: item for item in Product.objects.filter(code__in=[row.code for row in rows])}
        done = [_import_row(row, standing.get(row.code), keep_stock) for row in rows]
    return Imported(*(done.count(what) for what in ("new", "changed", "unchanged")))


def _import_row(row: ProductRow, standing: Product | None, keep_stock: bool) -> str:
    if standing is None:
        Product.objects.create(**row.fields())
        return "new"
    wanted = row.fields()
    if keep_stock:
        del wanted["stock"]
    changed = {name: value for name, value in wanted.items() if getattr(standing, name) != value}
    if not changed:
        return "unchanged"
    Product.objects.filter(code=row.code).update(**changed)
    return "changed"
