"""The JSON Schema of CALLER.yaml as its reader takes it: a verb may stand alone, and one step without a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

FIRST_STEP = {"$ref": "#/$defs/Dial"}
"""By which a list of all steps is known."""


def with_short_forms(schema: dict[str, Any], bare: Sequence[str]) -> dict[str, Any]:
    """The schema that pydantic makes of the models, which do not know the short forms. bare: verbs that stand alone."""
    steps: list[Any] = schema["properties"]["script"]["items"]["oneOf"]
    step = {"oneOf": [*steps, {"enum": list(bare)}]}
    several = {"type": "array", "items": {"$ref": "#/$defs/Step"}}
    forms = {"anyOf": [several, {"$ref": "#/$defs/Step"}, {"type": "null"}]}
    made: dict[str, Any] = _replaced(schema)
    made["$defs"] |= {"Step": step, "Steps": forms}
    return made


def _replaced(node: Any) -> Any:
    """Every list of steps is a reference to `Steps`."""
    if isinstance(node, list):
        return [_replaced(item) for item in node]
    if not isinstance(node, dict):
        return node
    items = node.get("items")
    if isinstance(items, dict) and FIRST_STEP in items.get("oneOf", ()):
        kept = {key: value for key, value in node.items() if key in ("title", "description", "default")}
        return {**kept, "$ref": "#/$defs/Steps"}
    return {key: _replaced(value) for key, value in node.items()}
