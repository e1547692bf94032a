"""The command groups that show what was kept: calls, orders, messages, products."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from drivers.yaml_source import ConfigError
from ivr_runtime.records.setup import RecordsError, setup
from ivr_runtime.records.tables import show, show_facts

calls = typer.Typer(help="Calls that were kept, and the trace of each.", no_args_is_help=True)
orders = typer.Typer(help="Orders that callers confirmed.", no_args_is_help=True)
messages = typer.Typer(help="Voice messages.", no_args_is_help=True)
products = typer.Typer(help="What callers may ask for and order.", no_args_is_help=True)

GROUPS = {"calls": calls, "orders": orders, "messages": messages, "products": products}
"""Name of the command group -> its commands."""

Data = Annotated[Path, typer.Option("--data", envvar="LOOPSTART_DATA", help="The folder that `serve` keeps data in.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")]

DATA = Path("data")


def add_groups(app: typer.Typer) -> None:
    """Mount the four groups on a command."""
    for name, group in GROUPS.items():
        app.add_typer(group, name=name)


@calls.command("list")
def calls_list(data: Data = DATA, limit: Limit = 50, as_json: Json = False) -> None:
    """The last calls."""
    with _records(data):
        from ivr_runtime.records import reports

        kept = reports.calls(limit)
    columns = ("id", "started_at", "line", "caller_number", "language", "seconds", "steps", "end_reason")
    show(kept, columns, as_json, "No calls yet.")


@calls.command("show")
def calls_show(
    call_id: Annotated[str, typer.Argument(metavar="ID", help="The call, or a part of its id that is unique.")],
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """One call and its trace."""
    with _records(data):
        from ivr_runtime.records import reports

        kept = reports.call(call_id)
    if not as_json:
        show_facts({name: value for name, value in kept.items() if name != "steps"})
    columns = ("number", "time", "path", "what", "outcome", "facts")
    show(kept if as_json else kept["steps"], columns, as_json, "No steps.")


@orders.command("list")
def orders_list(data: Data = DATA, limit: Limit = 50, as_json: Json = False) -> None:
    """The last orders."""
    with _records(data):
        from ivr_runtime.records import reports

        kept = reports.orders(limit)
    rows = [{**order, "items": sum(line["quantity"] for line in order["lines"])} for order in kept]
    columns = ("number", "created", "caller", "items", "total", "call")
    show(kept if as_json else rows, columns, as_json, "No orders yet.")


@orders.command("show")
def orders_show(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The order, as the caller heard it.")],
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """One order and its lines."""
    with _records(data):
        from ivr_runtime.records import reports

        kept = reports.order(number)
    if not as_json:
        show_facts({name: value for name, value in kept.items() if name != "lines"})
    columns = ("code", "name_zh", "name_en", "quantity", "price", "amount")
    show(kept if as_json else kept["lines"], columns, as_json, "No lines.")


@messages.command("list")
def messages_list(
    data: Data = DATA,
    limit: Limit = 50,
    only_new: Annotated[bool, typer.Option("--new", help="Those that nobody has heard.")] = False,
    as_json: Json = False,
) -> None:
    """The last messages."""
    with _records(data):
        from ivr_runtime.records import reports

        kept = reports.messages(limit, only_new=only_new)
    columns = ("id", "created", "topic", "callback", "seconds", "state", "call", "file")
    show(kept, columns, as_json, "No messages yet.")


@messages.command("play-path")
def messages_play_path(
    number: Annotated[int, typer.Argument(metavar="ID", help="The message, as `list` shows it.")], data: Data = DATA
) -> None:
    """The sound file of a message, for a player: aplay "$(loopstart messages play-path 3)"."""
    with _records(data):
        from ivr_runtime.records import reports

        kept = reports.message(number)
    if not Path(kept["file"]).is_file():
        _fail(f"message {number} is in the records, its sound is not: {kept['file']}")
    typer.echo(kept["file"])


@products.command("list")
def products_list(data: Data = DATA, as_json: Json = False) -> None:
    """All products."""
    with _records(data):
        from ivr_runtime.records import reports

        kept = reports.products()
    columns = ("code", "name_zh", "name_en", "price", "quota", "stock", "active")
    show(kept, columns, as_json, "No products yet: loopstart products import FILE.csv")


@products.command("import")
def products_import(
    file: Annotated[Path, typer.Argument(metavar="PRODUCTS.csv", help="As docs/records.md describes it.")],
    data: Data = DATA,
    keep_stock: Annotated[bool, typer.Option("--keep-stock", help="Leave the stock of known products.")] = False,
) -> None:
    """Add the products of a CSV file and bring known ones up to date, all or none."""
    with _records(data, create=True):
        from ivr_runtime.catalogue import import_products

        done = import_products(file, keep_stock=keep_stock)
    typer.echo(f"{done.new} new, {done.changed} changed, {done.unchanged} as before")


@contextmanager
def _records(data: Path, *, create: bool = False) -> Iterator[None]:
    """The records of a folder; what goes wrong ends the command with one clear line."""
    from django.db import Error

    try:
        setup(data, create=create)
        yield
    except ConfigError as error:
        _fail(str(error), 2)
    except (RecordsError, Error, OSError) as error:
        _fail(str(error))
    except LookupError as error:
        _fail(str(error.args[0]))


def _fail(message: str, code: int = 1) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(code)
