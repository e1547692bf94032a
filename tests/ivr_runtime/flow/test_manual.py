"""The manual of the flow language tells the truth."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.yaml_source import parse
from ivr_runtime.flow.load import load
from ivr_runtime.flow.model import STEPS, Defaults, FlowModel
from ivr_runtime.flow.pieces import PIECES
from ivr_runtime.flow.walk import parts
from ivr_runtime.services import SERVICES

MANUAL = (Path(__file__).parent.parent.parent.parent / "docs" / "flow-language.md").read_text(encoding="utf-8")
BLOCKS = [block.split("```")[0] for block in MANUAL.split("```yaml\n")[1:]]


def test_the_whole_flow_of_the_manual_loads() -> None:
    """Without faults and warnings, and with a step of every kind."""
    flow = load("manual.yaml", BLOCKS[0])
    assert flow.warnings == ()
    assert {type(part.item) for part in parts(flow.model)} >= set(STEPS.values())


@pytest.mark.parametrize("block", BLOCKS[1:])
def test_a_fragment_of_the_manual_is_sound(block: str) -> None:
    """Every fragment is a list of steps as the models know them."""
    lines = "\n".join("    " + line for line in block.splitlines())
    _, problems = parse("manual.yaml", f"spec: 1\nname: x\nlanguages: [zh]\nsteps:\n  a:\n{lines}\n").validate(
        FlowModel
    )
    assert problems == []


def test_the_manual_names_everything() -> None:
    """Every step, piece, service and key of a flow, and the defaults as they are."""
    for word in (*STEPS, *PIECES, *SERVICES, *FlowModel.model_fields):
        assert word in MANUAL, word
    for name, field in Defaults.model_fields.items():
        row = next((line for line in MANUAL.splitlines() if line.startswith(f"| `{name}` |")), None)
        if isinstance(field.default, (int, str)) and row:
            assert str(field.default).lower() in row.split("|")[2], name
