"""From files to a running server, in the order that leaves no line answered by a server with a fault.

All faults of the cards' file and of the flow; the records; the speech; the cards; then the first ring.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog

from drivers.card import Card
from drivers.config import CardsConfig, load_cards
from drivers.open import open_card
from drivers.yaml_source import ConfigError, Problem
from dsp.plans import PLANS, TonePlan
from ivr_runtime.archive import Archive
from ivr_runtime.call import Call
from ivr_runtime.dispatch import Settings, call_id
from ivr_runtime.flow.load import Flow, load
from ivr_runtime.flow.run import run_flow
from ivr_runtime.recording import Recorder
from ivr_runtime.records.journal import Journal
from ivr_runtime.serve import Server, process_age, resident_megabytes
from ivr_runtime.speech import Speech, load_speech

MESSAGES = "messages"
"""The folder of voice messages in the data folder."""

SWITCH = 0.0005
"""Seconds that the tick loop waits for a thread which runs Python (records, recordings), each of the many times in a
tick when one may slip in: with Python's own 5 ms a few queries made ticks of 100 ms."""


@dataclass(frozen=True, slots=True)
class Options:
    """What `loopstart serve` was told. database: a URL, or None for SQLite in the data folder."""

    flow: Path
    cards: Path
    data: Path
    database: str | None = None
    record: bool = True
    book: Path | None = None
    tones: TonePlan = PLANS["cn"]
    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", self.data.absolute())  # what is kept is found from any folder later


def check(cards: Path, flow: Path) -> tuple[CardsConfig, Flow]:
    """Both files. Raises ConfigError with all faults of both."""
    problems: list[Problem] = []
    made: list[CardsConfig | Flow] = []
    readers: Sequence[Callable[[], CardsConfig | Flow]] = (partial(load_cards, cards), partial(load, flow))
    for read in readers:
        try:
            made.append(read())
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    config, checked = made
    if not isinstance(config, CardsConfig) or not isinstance(checked, Flow):
        raise TypeError("the readers gave something else")
    return config, checked


def speak(flow: Flow, book: Path | None = None, names: Iterable[tuple[str, str]] = ()) -> Speech:
    """All that the flow can say, from the cache or made now. Raises SpeechError.

    names: language and text of what else callers will hear (`catalogue.spoken_names`), in the flow's languages.
    """
    wanted = [(clip.id, clip.language, clip.text) for clip in flow.clips]
    spoken = [(language, text) for language, text in names if language in flow.model.languages]
    return load_speech(wanted, names=spoken, recordings=flow.folder / "prompts", book=book)


def open_cards(config: CardsConfig, closing: ExitStack) -> list[Card]:
    """All cards of the file; `closing` closes them. Raises DriverError for the first that cannot be opened."""
    return [
        closing.enter_context(open_card(card.device, name=card.name, lines=card.to_lines())) for card in config.cards
    ]


def run(options: Options, wall: Callable[[], datetime]) -> bool:
    """Serve until told to stop; True when no card was lost on the way.

    Raises ConfigError (files), RecordsError (records), DriverError (speech, cards), all before a line is answered.
    """
    config, flow = check(options.cards, options.flow)
    for warning in flow.warnings:
        structlog.get_logger().warning("flow.warning", problem=str(warning))
    from ivr_runtime.records.setup import make_folder, setup

    setup(options.data, options.database)
    make_folder(options.data / MESSAGES)
    from ivr_runtime.catalogue import spoken_names

    speech = speak(flow, options.book, spoken_names())
    unused = (f"{file}: no prompt has this name, or a better file of it is there" for file in speech.unused)
    for problem in (*unused, *speech.unspoken, *speech.remarks):
        structlog.get_logger().warning("speech.warning", problem=problem)
    with ExitStack() as closing:
        cards = open_cards(config, closing)
        journal = Journal()
        closing.callback(journal.close)
        recorder = Recorder(options.data / "calls") if options.record else None
        if recorder is not None:
            closing.callback(recorder.close)
        return asyncio.run(_serve(options, cards, flow, speech, Archive(journal, wall, recorder), journal, wall))


async def _serve(
    options: Options,
    cards: Sequence[Card],
    flow: Flow,
    speech: Speech,
    archive: Archive,
    journal: Journal,
    wall: Callable[[], datetime],
) -> bool:
    from ivr_runtime.ears import ears, on_hook_ears

    messages = options.data / MESSAGES

    async def conversation(call: Call) -> None:
        await run_flow(flow, call, speech, journal=journal, folder=messages)

    server = Server(
        cards,
        speech.arena,
        conversation,
        ears=partial(ears, plan=options.tones),
        tones=options.tones,
        on_hook=on_hook_ears,
        new_id=lambda: call_id(wall()),
        settings=options.settings,
        follow=archive.follow,
    )
    server.listen()
    sys.setswitchinterval(SWITCH)
    gc.freeze()  # what is loaded now stays: looking through all of it for garbage takes longer than a tick
    _ready(server, flow, speech)
    whole = await server.run()
    structlog.get_logger().info("serve.stopped")
    return whole


def _ready(server: Server, flow: Flow, speech: Speech) -> None:
    structlog.get_logger().info(
        "serve.ready",
        flow=flow.file,
        lines=sum(len(station.pump.card.lines) for station in server.stations),
        cards=[station.pump.card.name for station in server.stations],
        clips=len(speech.arena),
        seconds=round(process_age(), 2),
        megabytes=round(resident_megabytes()),
    )
