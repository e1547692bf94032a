"""The report of a run as a page: the figures, and each call that is kept with what was heard, its sound and picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from dsp.receiver import RATE
from hw_sim.caller.events import Entry
from hw_sim.caller.outcome import Outcome
from hw_sim.traffic.figures import OUTCOMES

STYLE = """
body { font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 62em; padding: 0 1em; color: #33312c }
table { border-collapse: collapse; margin: 1em 0 }
td, th { padding: .2em .8em .2em 0; text-align: left; vertical-align: top }
.failed, .blocked { color: #b3261e } .mischief, .strayed, .abandoned { color: #8a5a00 }
.at { color: #8a877f; text-align: right }
section { border-top: 1px solid #d8d4c8; margin-top: 1.5em } img { max-width: 100% } audio { width: 100% }
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A call on the page. stem: of its files. began: where its sound begins, -1 without. drawn: is there a picture?"""

    stem: str
    script: str
    number: str
    outcome: Outcome
    failure: Entry | None
    entries: tuple[Entry, ...]
    began: int = -1
    drawn: bool = False

    def kept(self, began: int) -> Shown:
        """The same, with its sound."""
        return replace(self, began=began)

    def with_picture(self, drawn: bool) -> Shown:
        """The same, with its picture or without."""
        return replace(self, drawn=drawn)


def page(calls: Mapping[str, Mapping[str, Any]], shown: Sequence[Shown], facts: Sequence[str]) -> str:
    """The whole page. calls: summaries by script. facts: of the run."""
    facts_told = "".join(f"<li>{escape(fact)}</li>" for fact in facts)
    body = "".join(map(_call, shown)) or "<p>No call was kept.</p>"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Calls</title>'
        f"<style>{STYLE}</style><h1>Calls</h1><ul>{facts_told}</ul>{_figures(calls)}{body}</html>\n"
    )


def _figures(calls: Mapping[str, Mapping[str, Any]]) -> str:
    head = "".join(
        f"<th>{name}</th>" for name in ("script", "offered", "answered", *OUTCOMES, "first prompt", "response")
    )
    rows = "".join(
        f"<tr><td>{escape(name)}</td>"
        + "".join(f"<td>{facts[key]}</td>" for key in ("offered", "answered", *OUTCOMES))
        + "".join(f"<td>{_wait(facts[key])}</td>" for key in ("first_prompt_ms", "response_ms"))
        + "</tr>"
        for name, facts in calls.items()
    )
    return f"<table><tr>{head}</tr>{rows}</table><p>Times: half / 95 % / the longest, in ms.</p>"


def _wait(wait: Mapping[str, float] | None) -> str:
    return "-" if wait is None else f"{wait['p50']:.0f} / {wait['p95']:.0f} / {wait['max']:.0f}"


def _call(call: Shown) -> str:
    why = ""
    if call.failure:
        where = f" ({escape(call.failure.place)})" if call.failure.place else ""
        why = f'<p class="failed">{escape(call.failure.text)}{where}</p>'
    sound = f'<audio controls src="calls/{call.stem}.wav"></audio>' if call.began >= 0 else ""
    picture = f'<img src="calls/{call.stem}.png" alt="the call as a picture">' if call.drawn else ""
    title = f"{escape(call.script)} from {escape(call.number) or 'a withheld number'}"
    return (
        f'<section id="{call.stem}"><h2>{title}: <span class="{call.outcome}">{call.outcome}</span></h2>'
        f"{why}{sound}{picture}<table>{''.join(_line(call, entry) for entry in call.entries)}</table></section>"
    )


def _line(call: Shown, entry: Entry) -> str:
    at = (entry.at - max(call.began, 0)) / RATE
    return (
        f'<tr class="{entry.kind}"><td class="at">{at:.2f}</td><td>{entry.kind}</td>'
        f"<td>{escape(entry.text)}</td><td>{escape(entry.name)}</td></tr>"
    )
