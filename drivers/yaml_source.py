"""YAML files in, typed models out, every fault of a file at once with file:line:column and a hint.

PyYAML's nodes know where each value stands; pydantic knows what it should be. This module joins the two, for the cards,
the offices, the callers and the flows alike.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from drivers.yaml_models import WrongKind, keys_at, without_alternatives

Path = tuple[str | int, ...]
"""Where a value stands in a document: keys and indices from the root."""

MOST_VALUES = 100_000
"""A file with more values than this is refused."""

DICTIONARY = re.compile(r"a valid dictionary( or instance of \w+)?")
"""What pydantic calls a mapping."""

WHOLE = re.compile(r"[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*)$")
"""What is read as a whole number."""

Model = TypeVar("Model", bound=BaseModel)
_Entry = tuple[yaml.Node, yaml.Node]

HINTS = {
    "found character '\\t'": "indent with spaces, not with tabs",
    "mapping values are not allowed here": "quote a text that holds a colon and a space",
    "found another document": "one document a file: remove the line ---",
    "could not determine a constructor": "quote a text that begins with !",
    "found undefined alias": "quote a text that begins with *",
    "could not find expected ':'": "a key ends with a colon and a space",
}
"""What to do about PyYAML's commonest complaints."""

TEXT_WANTED = frozenset({"string_type", "piece of a prompt"})
"""Types of pydantic's errors (and our own) where a number or a truth value stands for a text."""


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
    """A parsed YAML document that knows where each of its values stands.

    marks, key_marks: (line, column) of each value and key. own: how many entries of a mapping node are not merged in.
    """

    file: str
    data: Any
    marks: dict[Path, tuple[int, int]] = field(default_factory=dict)
    key_marks: dict[Path, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    own: dict[int, int] = field(default_factory=dict, repr=False)

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
            return None, self.problems + [self._from_pydantic(model, e) for e in self._faults(error)]
        return (None if self.problems else made), list(self.problems)

    def _faults(self, error: ValidationError) -> list[Mapping[str, Any]]:
        return without_alternatives(error.errors(include_url=False, include_context=False), self.locate)

    def _from_pydantic(self, model: type[BaseModel], error: Mapping[str, Any]) -> Problem:
        loc = self.locate(error["loc"])
        message = str(error["msg"]).removeprefix("Value error, ")
        if error["type"] == "extra_forbidden":
            key = str(error["loc"][-1])
            return self.problem(
                loc, f"unknown key {key!r}", did_you_mean(key, keys_at(model, error["loc"][:-1])), at_key=True
            )
        if not loc and self.data is None:
            return self.problem(loc, "the file is empty")
        if error["type"] == "missing":
            return self.problem(loc, f"missing key {error['loc'][-1]!r}")
        if error["type"] == "union_tag_not_found" and message.endswith("'"):
            return self.problem(loc, f"missing key {message.split(chr(39))[-2]!r}")
        if wrong := WrongKind.of(error):
            hint = did_you_mean(wrong.said, wrong.known) or "known: " + ", ".join(wrong.known)
            return self.problem((*loc, wrong.key), f"there is no {wrong.key} {wrong.said!r}", hint)
        name = ".".join(map(str, loc))
        message = DICTIONARY.sub("a mapping, keys with values", message.replace("a valid tuple", "a list"))
        return self.problem(loc, f"{name}: {message}" if name else message, _remedy(error, message))

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


def _remedy(error: Mapping[str, Any], message: str) -> str:
    """What to do about a value that pydantic refuses, where that is known."""
    if error["type"] == "literal_error":
        return _near(str(error["input"])[:40], message)
    if error["type"] not in TEXT_WANTED or not isinstance(error["input"], (bool, int, float)):
        return ""
    return (
        "quote it: YAML takes on, off, yes and no for truth values" if isinstance(error["input"], bool) else "quote it"
    )


def _near(word: str, message: str) -> str:
    """The closest of the words that pydantic quotes, if one is close."""
    hint = did_you_mean(word, re.findall(r"'([^']*)'", message))
    return hint if hint.startswith("did") else ""


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
        words = error.problem or "is not YAML"
        hint = next((hint for complaint, hint in HINTS.items() if complaint in words), "")
        raise ConfigError([Problem(name, line, column, words, hint)]) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise ConfigError([Problem(name, line, column, f"character {error.character!r}: {error.reason}")]) from error
    except yaml.YAMLError as error:
        raise ConfigError([Problem(name, 1, 1, str(error).splitlines()[0])]) from error
    except RecursionError as error:
        raise ConfigError([Problem(name, 1, 1, "is nested too deep, or contains itself")]) from error
    return source


class Loader(yaml.SafeLoader):
    """YAML 1.1 without three surprises: 0755, 10:30 and 2026-11-21 are texts as written, not octal, base 60, a date."""


Loader.yaml_implicit_resolvers = {
    first: [
        (tag, WHOLE if tag == "tag:yaml.org,2002:int" else form)
        for tag, form in forms
        if tag != "tag:yaml.org,2002:timestamp"
    ]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _read(text: str, source: Source) -> None:
    loader = Loader(text)
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


def _entries(loader: yaml.SafeLoader, node: yaml.MappingNode, source: Source) -> tuple[list[_Entry], list[_Entry]]:
    """What `<<` brings into a mapping, and what stands in it. An aliased mapping is asked more than once."""
    if id(node) not in source.own:
        source.own[id(node)] = sum(key.tag != "tag:yaml.org,2002:merge" for key, _ in node.value)
        loader.flatten_mapping(node)  # replaces `<<` in node.value by what it brings, in front
    border = len(node.value) - source.own[id(node)]
    return node.value[:border], node.value[border:]


def _key_of(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    """YAML 1.1 reads the words on, off, yes and no as truth values; and no number of that size is a key."""
    key = _scalar(loader, node)
    odd = isinstance(key, bool) or (isinstance(key, int) and abs(key) >= 1 << 63)
    return str(node.value) if odd else key


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode, path: Path, source: Source) -> dict[str | int, Any]:
    made: dict[str | int, Any] = {}
    merged, own = _entries(loader, node, source)
    said: set[str | int] = set()  # in the mapping itself: these may replace what `<<` brought, once
    for key_node, value_node, is_own in [*((*e, False) for e in merged), *((*e, True) for e in own)]:
        key = _key_of(loader, key_node)
        mark = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key, (str, int)):
            words = f"a key must be a word or a number, not {key!r}"
            source.problems.append(Problem(source.file, *mark, words, "quote it"))
        elif is_own and key in said:
            first = source.key_marks[(*path, key)][0]
            source.problems.append(Problem(source.file, *mark, f"key {key!r} stands twice", f"first on line {first}"))
        else:
            said |= {key} if is_own else set()
            source.key_marks[(*path, key)] = mark
            made[key] = _construct(loader, value_node, (*path, key), source)
    return made
