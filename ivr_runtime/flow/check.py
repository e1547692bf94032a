"""What pydantic cannot see: names that lead nowhere, questions without an exit, steps that nothing leads to."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.yaml_source import Problem, Source
from ivr_runtime.flow import check_expressions, check_names, check_order, check_ways
from ivr_runtime.flow.findings import Findings, Signature
from ivr_runtime.flow.model import FlowModel


def check(
    flow: FlowModel, source: Source, text: str, services: Mapping[str, Signature]
) -> tuple[list[Problem], list[Problem]]:
    """All faults and all warnings of a flow. text: what the file holds."""
    found = Findings(source, text)
    check_names.check(flow, found, services)
    check_expressions.check(flow, found)
    check_ways.check(flow, found)
    if not found.faults:
        check_order.check(flow, found)
    return found.faults, found.warnings
