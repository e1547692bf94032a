"""The server: stopping in two steps, lost cards, and what is checked before a line is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from drivers import Tick
from drivers.errors import LineLost
from dsp.joints import FADE
from dsp.receiver import RATE
from ivr_runtime.call import Call
from ivr_runtime.cli import app
from ivr_runtime.dispatch import Settings
from ivr_runtime.serve import Server, process_age, resident_megabytes
from tests.ivr_runtime.fake_card import FakeCard, arena_of, hang_up, ring


@dataclass
class Served:
    """What came of a run of a server."""

    whole: bool
    ended: list[tuple[str, str, float]] = field(default_factory=list)
    until: float = 0.0


def serve(
    cards: Sequence[FakeCard],
    conversation: Callable[[Call], Awaitable[None]],
    signals: Sequence[float] = (),
    lengths: Sequence[int] = (8_000,),
) -> Served:
    """Run a server on fake cards; `signals` are seconds of the first card's clock."""
    ids = count()
    ended: list[tuple[str, str, float]] = []

    async def go() -> Served:
        server = Server(
            cards,
            arena_of(*lengths),
            conversation,
            ears=lambda lines: (),
            new_id=lambda: f"call-{next(ids)}",
            settings=Settings(rings=1),
            follow=follow,
        )
        clock = server.stations[0].pump.clock
        for at in signals:
            clock.at(round(at * RATE), server.stop)
        whole = await server.run()
        return Served(whole, ended, clock.now / RATE)

    def follow(dispatch: object, pump: object) -> None:
        dispatch.on_end = lambda call: ended.append((call.id, call.leg.ended, call.clock.now / RATE))  # type: ignore[attr-defined]

    return asyncio.run(go())


async def patient(call: Call) -> None:
    """A conversation that ends only when it must; its apology is clip 0, one second."""
    call.apologies = lambda kind: [0]
    while True:
        await call.collect(1, first_timeout=20)


def test_an_idle_server_stops_at_once() -> None:
    """Nobody to wait for."""
    served = serve([FakeCard(2)], patient, [1.0])
    assert served.whole
    assert served.until < 2.5


def test_after_the_first_signal_no_ring_is_answered_and_running_calls_may_end() -> None:
    """The caller on line 1 finishes; the ring on line 2 is left to ring."""
    card = FakeCard(2, [*ring(0), *ring(1, 4), hang_up(8.0, 0)])
    served = serve([card], patient, [3.0])
    assert [(who, why) for who, why, _ in served.ended] == [("call-0", "disconnect")]
    assert 8.0 <= served.until < 11
    assert [line for _, verb, line in card.asked if verb == "answer"] == [0]


def test_a_ring_that_waits_for_its_caller_id_is_not_answered_after_the_signal() -> None:
    """It was not answered yet: it is a further ring too."""
    card = FakeCard(1, ring(0, 2))
    card.answer = lambda line: None  # type: ignore[method-assign]
    served = serve([card], patient, [3.0])
    assert [why for _, why, _ in served.ended] == ["shutdown"]


def test_calls_that_do_not_end_hear_an_apology_and_are_hung_up_within_thirty_seconds() -> None:
    """24 s of grace, the apology, and the card is closed."""
    card = FakeCard(1, ring())
    served = serve([card], patient, [2.0])
    assert [why for _, why, _ in served.ended] == ["shutdown"]
    assert (card.heard_by(0) == 1).sum() == 8_000
    assert 27 < served.ended[0][2] < 28
    assert card.asked[-1][1] == "hang_up"


def test_a_long_apology_does_not_make_thirty_seconds_longer() -> None:
    """What is left of it at 29 s is not said."""
    card = FakeCard(1, ring())
    served = serve([card], patient, [2.0], lengths=[9 * RATE])
    assert 4 * RATE < (card.heard_by(0) == 1).sum() <= 5 * RATE + FADE
    assert served.ended[0][2] < 2.0 + 29.2


def test_the_second_signal_hangs_up_now() -> None:
    """No apology, and what a call must still keep is kept."""
    kept: list[str] = []

    async def keeping(call: Call) -> None:
        try:
            await patient(call)
        finally:
            kept.append(await call.run(lambda: "message"))

    card = FakeCard(1, ring())
    served = serve([card], keeping, [2.0, 3.0])
    assert served.until < 5
    assert kept == ["message"]
    assert not card.heard_by(0).any()


class Dying(FakeCard):
    """A card that is unplugged after three seconds."""

    def read(self) -> Tick:
        if self.now >= 3 * RATE:
            raise LineLost("the card is gone")
        return super().read()


def test_a_lost_card_ends_its_calls_and_leaves_the_others_at_work() -> None:
    """ERROR card.lost; the other card's caller talks on."""
    alive = FakeCard(1, [*ring(), hang_up(20)])
    with structlog.testing.capture_logs() as logs:
        served = serve([alive, Dying(1, ring())], patient, [25.0])
    assert not served.whole
    assert sorted(why for _, why, _ in served.ended) == ["disconnect", "line_lost"]
    assert [e["log_level"] for e in logs if e["event"] == "card.lost"] == ["error"]
    assert served.until > 20


def test_a_server_whose_last_card_is_lost_returns() -> None:
    """There is nothing left to serve."""
    served = serve([Dying(1, ring())], patient)
    assert not served.whole


def test_what_a_call_must_keep_is_kept_when_the_last_card_is_lost() -> None:
    """The server waits for its calls: their ends are told, and a service that runs is not cut off."""
    kept: list[str] = []

    async def keeping(call: Call) -> None:
        try:
            await patient(call)
        finally:
            kept.append(await call.run(lambda: "message"))

    served = serve([Dying(1, ring())], keeping)
    assert [why for _, why, _ in served.ended] == ["line_lost"]
    assert kept == ["message"]


def test_the_age_and_the_memory_of_the_process_are_plausible() -> None:
    """They come from /proc."""
    assert 0 < process_age() < 86_400
    assert 20 < resident_megabytes() < 2_000


GOOD_CARDS = "spec: 1\ncards:\n  - {name: hotline, device: 'dahdi:1-4'}\n"


@pytest.fixture
def told() -> Iterator[Callable[..., tuple[int, str]]]:
    """Run the command; its exit status and what it said."""

    def run(*words: object) -> tuple[int, str]:
        result = CliRunner().invoke(app, [str(word) for word in words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.stderr

    yield run
    structlog.reset_defaults()


def test_all_faults_of_both_files_are_named_before_a_line_is_opened(
    tmp_path: Path, told: Callable[..., tuple[int, str]]
) -> None:
    """file:line:column of each, exit 2, and no data folder is made."""
    cards, flow, log = tmp_path / "cards.yaml", tmp_path / "flow.yaml", tmp_path / "log"
    cards.write_text("spec: 1\ncards:\n  - {name: a, device: 'dahdy:1'}\n  - {name: a, device: 'dahdi:2'}\n")
    flow.write_text("spec: 1\nstepps: {}\n")
    status, said = told("serve", flow, "--cards", cards, "--data", tmp_path / "data", "--log", log)
    assert status == 2
    assert f"{cards}:3:23: device 'dahdy:1' names no back-end  (did you mean 'dahdi'?)" in said
    assert f"{cards}:4:12: the name 'a' stands twice" in said
    assert f"{flow}:2:1: unknown key 'stepps'" in said
    assert '"event": "config.faulty"' in log.read_text()
    assert not (tmp_path / "data").exists()


def test_a_file_that_is_not_there_is_a_fault_like_any_other(
    tmp_path: Path, told: Callable[..., tuple[int, str]]
) -> None:
    """No traceback."""
    status, said = told("serve", tmp_path / "no.yaml", "--cards", tmp_path / "none.yaml", "--data", tmp_path / "d")
    assert status == 2
    assert "no.yaml:1:1: No such file" in said
    assert "none.yaml:1:1: No such file" in said


def test_a_log_that_cannot_be_written_is_said_at_once(tmp_path: Path, told: Callable[..., tuple[int, str]]) -> None:
    """Better than a server that nobody can watch."""
    status, said = told("serve", tmp_path / "f.yaml", "--log", tmp_path / "none" / "log")
    assert status == 3
    assert "the log cannot be written" in said


def test_a_country_whose_tones_nobody_knows_is_refused(tmp_path: Path, told: Callable[..., tuple[int, str]]) -> None:
    """Before anything is opened, with the known ones."""
    status, said = told("serve", tmp_path / "f.yaml", "--country", "xx")
    assert status == 2
    assert "xx:1:1: is neither a country with a tone plan nor a file" in said


def test_the_faults_of_a_tone_plan_are_told_with_their_places(
    tmp_path: Path, told: Callable[..., tuple[int, str]]
) -> None:
    """An exchange whose tones differ is described in a file; before anything is opened."""
    plan = tmp_path / "pbx.yaml"
    plan.write_text("spec: 1\nlike: cn\ntones:\n  busy: {frequencies: 450, cadence: [0.2]}\n")
    status, said = told("serve", tmp_path / "f.yaml", "--country", plan)
    assert status == 2
    assert "pbx.yaml:4:" in said
    assert "a number is missing" in said


def test_render_names_the_faults_of_a_flow_and_logs_nothing(
    tmp_path: Path, told: Callable[..., tuple[int, str]]
) -> None:
    """A command for a person."""
    status, said = told("render", tmp_path / "none.yaml")
    assert status == 2
    assert said.startswith(f"{tmp_path}/none.yaml:1:1: No such file")
    assert said.count("\n") == 1
