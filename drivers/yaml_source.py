"""YAML files in, typed models out, every fault of a file at once with file:line:column and a hint.

PyYAML's nodes know where each value stands; pydantic knows what it should be. This module joins the two, for the cards,
the offices, the callers and the flows alike.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Path = tuple[str | int, ...]
"""Where a value stands in a document: keys and indices from the root."""

MOST_VALUES = 100_000
"""A file with more values than this is refused."""

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, order=True)
class Problem:
    """One fault of a file. line and column count from 1."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f"  ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{hint}"


class ConfigError(Exception):
    """The file has faults: all of them, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass
class Source:
    """A parsed YAML document that knows where each of its values stands."""

    file: str
    data: Any
    marks: dict[Path, tuple[int, int]] = field(default_factory=dict)
    key_marks: dict[Path, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, path: Sequence[str | int], message: str, hint: str = "", *, at_key: bool = False) -> Problem:
        """A fault at the value (or its key) that path leads to, or at its nearest parent that stands in the file."""
        where = tuple(path)
        marks = self.key_marks if at_key and where in self.key_marks else self.marks
        while where and where not in marks:
            where = where[:-1]
        line, column = marks.get(where, (1, 1))
        return Problem(self.file, line, column, message, hint)

    def validate(self, model: type[Model]) -> tuple[Model | None, list[Problem]]:
        """The document as a model, and all its faults (then the model is None)."""
        try:
            made = model.model_validate(self.data)
        except ValidationError as error:
            return None, self.problems + [self._from_pydantic(model, e) for e in _leaves(error)]
        return (None if self.problems else made), list(self.problems)

    def _from_pydantic(self, model: type[BaseModel], error: Mapping[str, Any]) -> Problem:
        loc = self.locate(error["loc"])
        message = str(error["msg"]).removeprefix("Value error, ")
        if error["type"] == "extra_forbidden":
            key = str(error["loc"][-1])
            return self.problem(loc, f"unknown key {key!r}", did_you_mean(key, _field_names(model)), at_key=True)
        if error["type"] == "missing":
            return self.problem(loc, f"missing key {error['loc'][-1]!r}")
        name = ".".join(map(str, loc))
        return self.problem(loc, f"{name}: {message}" if name else message)

    def locate(self, loc: Sequence[str | int]) -> Path:
        """The path in the file of a place in a model.

        pydantic puts the names of union members into a location, and a model may take one item for a list of one or the
        number 1 for the word "1": parts that lead nowhere in the file are skipped.
        """
        here = self.data
        path: Path = ()
        for part in loc:
            step = _key(here, part)
            if step is not None:
                here, path = here[step], (*path, step)
        return path


def _key(here: Any, part: str | int) -> str | int | None:
    if isinstance(here, list):
        return part if isinstance(part, int) and part < len(here) else None
    if not isinstance(here, dict):
        return None
    number = int(part) if isinstance(part, str) and len(part) < 10 and part.isdecimal() else part
    return part if part in here else number if number in here else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint naming the closest known words, or all of them when they are few."""
    names = sorted(set(known))
    near = difflib.get_close_matches(word, names, n=3, cutoff=0.6)
    if near:
        return "did you mean " + " or ".join(repr(n) for n in near) + "?"
    return "known: " + ", ".join(names) if 0 < len(names) <= 12 else ""


def parse(file: str | FilePath, text: str | None = None) -> Source:
    """Read a YAML file (or text, named file in messages).

    Raises ConfigError when it is no YAML, not UTF-8, or cannot be read. Duplicate keys are faults of the Source.
    """
    name = str(file)
    if text is None:
        try:
            text = FilePath(file).read_text(encoding="utf-8")
        except OSError as error:
            raise ConfigError([Problem(name, 1, 1, error.strerror or "cannot be read", "check the path")]) from error
        except UnicodeDecodeError as error:
            raise ConfigError([Problem(name, 1, 1, "is not UTF-8 text", "save the file as UTF-8")]) from error
    source = Source(name, None)
    try:
        _read(text, source)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise ConfigError([Problem(name, line, column, error.problem or "is not YAML")]) from error
    except yaml.YAMLError as error:
        raise ConfigError([Problem(name, 1, 1, str(error).splitlines()[0])]) from error
    except RecursionError as error:
        raise ConfigError([Problem(name, 1, 1, "is nested too deep, or contains itself")]) from error
    return source


def _read(text: str, source: Source) -> None:
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is not None:
            source.data = _construct(loader, node, (), source)
    finally:
        loader.dispose()


def load(file: str | FilePath, model: type[Model], text: str | None = None) -> Model:
    """The file as a model. Raises ConfigError with every fault."""
    source = parse(file, text)
    made, problems = source.validate(model)
    if made is None:
        raise ConfigError(problems)
    return made


def _construct(loader: yaml.SafeLoader, node: yaml.Node, path: Path, source: Source) -> Any:
    source.marks[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if len(source.marks) > MOST_VALUES:  # a few aliases of aliases can stand for more than memory holds
        raise yaml.MarkedYAMLError(problem=f"has more than {MOST_VALUES} values", problem_mark=node.start_mark)
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, path, source)
    if isinstance(node, yaml.SequenceNode):
        return [_construct(loader, item, (*path, i), source) for i, item in enumerate(node.value)]
    return _scalar(loader, node)


def _scalar(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    try:
        value = loader.construct_object(node)
    except (ValueError, LookupError, AttributeError, ArithmeticError) as error:  # 2026-99-99, !!int x, !!bool x
        problem = f"{str(node.value)[:40]!r} cannot be read as {node.tag.rpartition(':')[2]}: quote it"
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark) from error
    return value


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode, path: Path, source: Source) -> dict[str | int, Any]:
    loader.flatten_mapping(node)  # `<<: *anchor`
    made: dict[str | int, Any] = {}
    for key_node, value_node in node.value:
        key = _scalar(loader, key_node)
        if isinstance(key, bool):  # YAML 1.1 reads the words on, off, yes and no as truth values
            key = str(key_node.value)
        mark = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key, (str, int)):
            source.problems.append(
                Problem(source.file, *mark, f"a key must be a word or a number, not {key!r}", "quote it")
            )
            continue
        if key in made:
            first = source.key_marks[(*path, key)][0]
            source.problems.append(Problem(source.file, *mark, f"key {key!r} stands twice", f"first on line {first}"))
            continue
        source.key_marks[(*path, key)] = mark
        made[key] = _construct(loader, value_node, (*path, key), source)
    return made


def _leaves(error: ValidationError) -> list[dict[str, Any]]:
    """pydantic also calls a list "too short" when its only item has faults: keep the faults of the item."""
    errors: list[dict[str, Any]] = [dict(e) for e in error.errors()]
    return [
        e
        for e in errors
        if e["type"] != "too_short"
        or not any(len(o["loc"]) > len(e["loc"]) and o["loc"][: len(e["loc"])] == e["loc"] for o in errors)
    ]


def _field_names(model: type[BaseModel]) -> list[str]:
    """Every key of the model and of the models below it."""
    seen: set[type[BaseModel]] = set()
    names: set[str] = set()
    pending: list[Any] = [model]
    while pending:
        kind = pending.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if kind in seen:
                continue
            seen.add(kind)
            for name, info in kind.model_fields.items():
                names.add(info.alias or name)
                pending.append(info.annotation)
        else:
            pending.extend(getattr(kind, "__args__", ()))
    return sorted(names)
