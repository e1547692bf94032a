"""CALLER.yaml -> typed configuration: a person, and what they do on the telephone. Every fault with file:line:column.

spec: 1
who: {number: "13900001111", level: -12, snr: 30, language: zh}
character: [impatient, fast_fingers]       # hw_sim.caller.character
parameters: {product: "1001", quantity: "2"}
table: orders.csv                          # or a list of rows: other values, a row for each who calls
patience: 15s                              # how long a `hear` waits when it does not say `within`
script:                                    # hw_sim.caller.steps
  - dial: "96688"
  - hear: welcome                          # a prompt of the book, in any language
  - press: "${product}#"
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from drivers.yaml_source import ConfigError, parse
from hw_sim.caller.model import CallerConfig, KeyTimes, Person, caller_schema
from hw_sim.caller.reading import Reading
from hw_sim.caller.script import VERBS, Case, If, On, Repeat, Step
from hw_sim.caller.steps import Dial, Expect, HangUp, Hear, NamedClip, NoteNumber, Press, Say, Speech, Text, Wait
from hw_sim.caller.values import read_table

__all__ = [
    "VERBS", "CallerConfig", "Case", "Dial", "Expect", "HangUp", "Hear", "If", "KeyTimes", "NamedClip", "NoteNumber",
    "On", "Person", "Press", "Repeat", "Say", "Speech", "Step", "Text", "Wait", "caller_schema", "load_caller_config",
    "load_variants",
]  # fmt: skip


def load_caller_config(
    file: str | Path,
    text: str | None = None,
    clips: Iterable[NamedClip] | None = None,
    values: Mapping[str, str] | None = None,
) -> CallerConfig:
    """Read CALLER.yaml; files that it names are looked for beside it. clips: those of the book, to check names against.

    values: of its parameters, instead of its own. Raises ConfigError with every fault: also prompts that the book does
    not have and files that are not there.
    """
    reading = Reading(None if clips is None else tuple(clips))
    config = reading.caller(Path(file), text, values or {})
    if config is None or reading.problems:
        raise ConfigError(reading.problems)
    return config


def load_variants(
    file: str | Path,
    clips: Iterable[NamedClip] | None = None,
    values: Mapping[str, str] | None = None,
    table: Path | None = None,
) -> tuple[CallerConfig, ...]:
    """The script once for each row of its table (or of this one); once when there is none. Raises ConfigError."""
    known = None if clips is None else tuple(clips)
    rows = read_table(table) if table else _rows(Path(file))
    if not rows:
        return (load_caller_config(file, clips=known, values=values),)
    return tuple(load_caller_config(file, clips=known, values={**row, **(values or {})}) for row in rows)


def _rows(file: Path) -> tuple[Mapping[str, str], ...]:
    """The table of a script; none where it has no good one, which is told when the script is read."""
    data = parse(file).data
    table = data.get("table") if isinstance(data, dict) else None
    if isinstance(table, str):
        return read_table(file.parent / table)
    if not isinstance(table, list) or not all(isinstance(row, dict) for row in table):
        return ()
    return tuple({str(k): str(v) for k, v in row.items()} for row in table)
