"""What a span's R2 is like: the national variant, the numbers' lengths, the times; and r2proto.conf."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from drivers.yaml_source import ConfigError, Problem, did_you_mean
from dsp.receiver import RATE

VARIANTS = ("ar", "br", "cn", "co", "cz", "ec", "id", "itu", "mx", "ph", "ve")

TONES = {
    "mf_ga_tones": (
        "request_next_dnis_digit request_dnis_minus_1 request_dnis_minus_2 request_dnis_minus_3 request_all_dnis_again"
        " request_next_ani_digit request_category request_category_and_change_to_gc request_change_to_g2"
        " address_complete_charge_setup network_congestion"
    ),
    "mf_gb_tones": (
        "accept_call_with_charge accept_call_no_charge busy_number network_congestion unallocated_number"
        " line_out_of_order special_info_tone reject_collect_call number_changed"
    ),
    "mf_gc_tones": "request_next_ani_digit request_change_to_g2 request_next_dnis_digit_and_change_to_ga",
    "mf_g1_tones": "no_more_dnis_available no_more_ani_available caller_ani_is_restricted",
    "mf_g2_tones": (
        "national_subscriber national_priority_subscriber international_subscriber international_priority_subscriber"
        " collect_call"
    ),
}
TIMES = (
    "mf_back_cycle mf_back_resume_cycle mf_fwd_safety r2_seize r2_answer r2_metering_pulse r2_double_answer"
    " r2_answer_delay cas_persistence_check dtmf_start_dial dtmf_detection_end"
)
SIGNALS = frozenset("1234567890BCDEFX")
"""Register signals in r2proto.conf: 0 is the tenth, X is none."""

KNOWN = {
    **{f"{group}.{name}": "signal" for group, names in TONES.items() for name in names.split()},
    **{f"timers.{name}": "time" for name in TIMES.split()},
    "mf_threshold": "time",
}


@dataclass(frozen=True, slots=True)
class R2Settings:
    """variant: of VARIANTS. calling, called: digits to ask for at most; calling 0 never asks for the number.

    calling_first: ask for the calling number after the first digit of the called one. immediate_accept: accept in
    group A, without group B. double_answer: answer, clear back, answer again (against collect calls). threshold: ms
    that a register signal must last. metering: ms that a clear-back may last and still be taken back (0: none).
    patience: samples without a change of register signals until the circuit has Stalled (Q.476: 15 s).
    definitions: of r2proto.conf, by name.
    """

    variant: str = "cn"
    calling: int = 20
    called: int = 20
    calling_first: bool = True
    skip_category: bool = False
    immediate_accept: bool = False
    double_answer: bool = False
    threshold: int = 0
    backward_time: int = -1
    metering: int = -1
    patience: int = 15 * RATE
    definitions: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.variant not in VARIANTS:
            raise ValueError(f"unknown R2 variant {self.variant!r}: one of {', '.join(VARIANTS)}")
        if not (0 <= self.calling < 80 and 1 <= self.called < 80):
            raise ValueError("an R2 number has at most 79 digits, the called one at least 1")
        for name, value in self.definitions.items():
            _check(name, value)

    @property
    def asks_first(self) -> bool:
        """Is the calling number asked for first? Where nobody asks for it, the library would go on after one digit of
        the called number to group B."""
        return self.calling_first and self.calling > 0 and not self.skip_category

    @property
    def shared_a1(self) -> bool:
        """Does A-1 ask for the next digit of both numbers? (China No.1)"""
        return self.variant == "cn" and "mf_ga_tones.request_next_ani_digit" not in self.definitions


def _check(name: str, value: str) -> None:
    kind = KNOWN.get(name)
    if kind is None:
        raise ValueError(f"r2proto.conf knows no {name!r}")
    if kind == "signal" and value not in SIGNALS:
        raise ValueError(f"{name} is one of 1 to 9, 0, B to F, or X for none, not {value!r}")
    if kind == "time" and not value.isdecimal():
        raise ValueError(f"{name} is a number of milliseconds, not {value!r}")


def definitions_text(definitions: Mapping[str, str]) -> str:
    """For the library's reader, which leaves bits of a time in the signal after it: so the signals come first."""
    signals_first = sorted(definitions.items(), key=lambda item: (KNOWN[item[0]] != "signal", item[0]))
    return "".join(f"{name}={value}\n" for name, value in signals_first)


def read_definitions(file: Path) -> dict[str, str]:
    """The definitions of an r2proto.conf; -1 keeps a time as it is. Raises ConfigError with every fault."""
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        if not line.strip() or line.startswith(("#", " ")):
            continue
        name, _, value = line.strip().partition("=")
        try:
            _check(name, value.removeprefix("-"))
        except ValueError as error:
            problems.append(Problem(str(file), number, 1, str(error), did_you_mean(name, list(KNOWN))))
        if value != "-1":
            found[name] = value
    if problems:
        raise ConfigError(problems)
    return found
