"""`loopstart flow`: check, schema, show."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from ivr_runtime.flow.cli import app

ROOT = Path(__file__).parent.parent.parent.parent
TOBACCO = str(ROOT / "flows" / "tobacco" / "flow.yaml")


def run(*words: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    result = CliRunner().invoke(app, words)
    return result.exit_code, result.stdout, result.stderr


def test_check_passes_a_sound_flow() -> None:
    """Exit 0 and one line."""
    code, out, err = run("check", TOBACCO)
    assert (code, err) == (0, "")
    assert "no faults" in out


def test_check_names_all_faults_of_all_files(tmp_path: Path) -> None:
    """Exit 2; every fault of every file, each as file:line:column; warnings are called so; sound files too."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(
            "spec: 1\nname: x\nlanguages: [zh]\nsteps: {a: {goto: b}, c: {gto: a}}\n"
        )
    (tmp_path / "odd.yaml").write_text("spec: 1\nname: x\nlanguages: [zh]\nsteps: {a: {hang_up: }, b: {goto: a}}\n")
    code, out, err = run("check", *(str(tmp_path / f"{name}.yaml") for name in ("a", "b", "odd", "none")))
    assert code == 2
    assert err.count(":4:26: steps.c: is no step: did you mean 'goto'?") == 2
    assert "odd.yaml:4:25: warning: nothing leads to the step 'b'" in err
    assert "none.yaml:1:1: No such file" in err
    assert "odd.yaml: 2 steps" in out


def test_show_draws_every_step() -> None:
    """Every named step of the flow stands in the tree, with where its keys lead."""
    code, out, _ = run("show", TOBACCO)
    assert code == 0
    for text in ("main_menu", "-> price", "collect quantity", "retry order_code", "keep message", "defaults"):
        assert text in out


def test_show_of_a_faulty_flow(tmp_path: Path) -> None:
    """Faults instead of a picture, exit 2."""
    (tmp_path / "f.yaml").write_text("steps: 1\n")
    code, out, err = run("show", str(tmp_path / "f.yaml"))
    assert (code, out) == (2, "")
    assert "missing key 'spec'" in err


def test_the_schema_is_for_editors() -> None:
    """JSON Schema with every kind of step, and short forms allowed."""
    code, out, _ = run("schema")
    schema = json.loads(out)
    assert code == 0
    assert {"MenuStep", "CollectStep", "QueryStep", "RecordStep"} <= set(schema["$defs"])
    (steps,) = schema["properties"]["steps"]["patternProperties"].values()
    assert {"type": "string"} in steps["anyOf"]


def test_a_word_that_is_no_text_to_yaml(tmp_path: Path) -> None:
    """Yes as a prompt is a truth value, 12 a number: each told to be quoted, where it stands."""
    (tmp_path / "f.yaml").write_text(
        "spec: 1\nname: x\nlanguages: [en]\nprompts: {a: {en: Yes}, b: {en: [We, on, 12]}}\nsteps: {s: {hang_up: a}}\n"
    )
    code, _, err = run("check", str(tmp_path / "f.yaml"))
    places = [line.partition("f.yaml:")[2].partition(": ")[0] for line in err.splitlines()]
    assert (code, places) == (2, ["4:19", "4:38", "4:42"])
    assert err.count("quote it: YAML takes") == 2
