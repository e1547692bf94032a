"""Expressions in braces: Jinja2, sandboxed, and a variable that was never set is an error, not an empty string.

A text that is nothing but one expression, "{{ items + [code] }}", gives the value itself; any other text gives text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, Undefined, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

LARGEST = 10_000
"""No expression multiplies a text or list beyond this many items, or raises to a higher power."""


class ExpressionError(ValueError):
    """An expression that cannot be read, or cannot be worked out. offset: where in the text, in characters."""

    def __init__(self, message: str, offset: int = 0, line: int = 1) -> None:
        super().__init__(message)
        self.offset = offset
        self.line = line


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, which also refuses to make a huge value out of a short text."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        sized = len(left) * right if hasattr(left, "__len__") and isinstance(right, int) else 0
        power = operator == "**" and (abs(right) > 64 or abs(left) > LARGEST)
        if sized > LARGEST or power:
            raise ExpressionError(f"{operator} would make too large a value")
        return super().call_binop(context, operator, left, right)


CALL = ("id", "number", "line", "card")
"""What the variable `call` knows: its id, the caller's number or "", the line and the card."""

ENVIRONMENT = Sandbox(undefined=StrictUndefined)
ENVIRONMENT.globals = {"range": ENVIRONMENT.globals["range"]}
FAILURES = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RuntimeError)
"""What working out an expression can raise; ExpressionError is a ValueError."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A text that was read. names: the variables it uses. of_call: what it asks of `call`. constant: no expression."""

    text: str
    names: frozenset[str]
    of_call: frozenset[str]
    constant: bool
    work_out: Callable[[Mapping[str, Any]], Any]

    def __call__(self, variables: Mapping[str, Any]) -> Any:
        """The value. Raises ExpressionError when a variable was never set or the arithmetic fails."""
        try:
            return self.work_out(variables)
        except FAILURES as error:
            raise ExpressionError(f"{self.text.strip()}: {error}") from error


@lru_cache(maxsize=4096)
def read(text: str) -> Expression:
    """Text with or without expressions. Raises ExpressionError with the offset of the expression at fault."""
    try:
        tree = ENVIRONMENT.parse(text)
        names = frozenset(meta.find_undeclared_variables(tree))
        asked = (node for node in tree.find_all(nodes.Getattr) if isinstance(node.node, nodes.Name))
        of_call = frozenset(node.attr for node in asked if getattr(node.node, "name", "") == "call")
        only = _only_expression(tree)
        ENVIRONMENT.from_string(tree)  # compiling finds unknown filters and tests
    except (TemplateError, RecursionError, SyntaxError) as error:
        raise _located(text, error) from error
    if only:
        return Expression(text, names, of_call, False, _native(text.strip()[2:-2].strip("-+")))
    if "{" not in text:
        return Expression(text, names, of_call, True, lambda variables: text)
    template = ENVIRONMENT.from_string(text)
    return Expression(text, names, of_call, not names and "{{" not in text, template.render)


def condition(text: str) -> Expression:
    """An expression whose braces may be left out, for its truth."""
    return read(text if "{{" in text else "{{ " + text + " }}")


def value(raw: Any, variables: Mapping[str, Any]) -> Any:
    """A YAML value with every text in it worked out. Raises ExpressionError."""
    if isinstance(raw, str):
        return read(raw)(variables)
    if isinstance(raw, Mapping):
        return {key: value(item, variables) for key, item in raw.items()}
    if isinstance(raw, (list, tuple)):
        return [value(item, variables) for item in raw]
    return raw


def _native(inner: str) -> Callable[[Mapping[str, Any]], Any]:
    compiled = ENVIRONMENT.compile_expression(inner, undefined_to_none=False)

    def work_out(variables: Mapping[str, Any]) -> Any:
        made = compiled(variables)
        if isinstance(made, Undefined):
            str(made)  # StrictUndefined raises UndefinedError, which names the variable
        return made

    return work_out


def _only_expression(tree: nodes.Template) -> bool:
    output = tree.body[0] if len(tree.body) == 1 else None
    return (
        isinstance(output, nodes.Output)
        and len(output.nodes) == 1
        and not isinstance(output.nodes[0], nodes.TemplateData)
    )


def _located(text: str, error: Exception) -> ExpressionError:
    """Jinja tells the line; the shortest text that fails alike tells which expression of the line it is."""
    message = getattr(error, "message", None) or str(error)
    line = error.lineno if isinstance(error, TemplateSyntaxError) else 1
    for end in (i + 2 for i in range(len(text) - 1) if text[i : i + 2] in ("}}", "%}")):
        if not _reads(text[:end]):
            return ExpressionError(message, max(text.rfind("{{", 0, end), text.rfind("{%", 0, end), 0), line)
    return ExpressionError(message, max(text.rfind("{{"), text.rfind("{%"), 0), line)


def _reads(text: str) -> bool:
    try:
        ENVIRONMENT.from_string(text)
    except (TemplateError, RecursionError, SyntaxError):
        return False
    return True
