"""What pydantic says of a file, for its reader: which keys could stand there, which member of a union was meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Tag
from typing_extensions import TypeAliasType  # python 3.12 has it; pydantic brings it

Loc = tuple[str | int, ...]
Fault = Mapping[str, Any]
"""One entry of ValidationError.errors()."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A type that may stand somewhere, and the tag that tells it in a union."""

    type: Any
    tag: str = ""


def keys_at(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """The keys that the models at a place of `model` know. loc: as in a pydantic error, with names of union members."""
    kinds = [_Kind(model)]
    for part in loc:
        kinds = _step(kinds, part)
    return sorted({name for kind in kinds if _is_model(kind.type) for name in _names(kind.type)})


@dataclass(frozen=True, slots=True)
class WrongKind:
    """A mapping whose key says which of several kinds it is, and says none of them."""

    key: str
    said: str
    known: list[str]

    @classmethod
    def of(cls, fault: Fault) -> WrongKind | None:
        """What pydantic says in one sentence; None when the fault is another, or its kinds are not told by a key."""
        found, _, expected = str(fault["msg"]).rpartition(" does not match any of the expected tags: ")
        key = found.rpartition(" found using ")[2].strip("'")
        if fault["type"] != "union_tag_invalid" or not isinstance(fault["input"], dict) or key not in fault["input"]:
            return None
        return cls(key, str(fault["input"][key])[:40], re.findall(r"'([^']*)'", expected))


def without_alternatives(faults: Iterable[Fault], locate: Callable[[Sequence[str | int]], Loc]) -> list[Fault]:
    """The faults as a reader wants them.

    pydantic reports every member of an undiscriminated union: only the member that came furthest is kept, and plain
    alternatives ("a valid integer", "a valid string") become one fault. It also calls a list "too short" when its only
    item has faults: then the faults of the item are enough.
    """
    kept = _drop_hollow(list(faults))
    sites: dict[Loc, dict[str | int, list[Fault]]] = {}
    for fault in kept:
        site, label = _union_site(fault["loc"], locate)
        if label is not None:
            sites.setdefault(site, {}).setdefault(label, []).append(fault)
    for site, members in sites.items():
        if len(members) > 1:
            every = [fault for member in members.values() for fault in member]
            kept = [fault for fault in kept if fault not in every] + _meant(site, list(members.values()), locate)
    return kept


def _drop_hollow(faults: list[Fault]) -> list[Fault]:
    def deeper(fault: Fault) -> bool:
        loc = fault["loc"]
        return any(len(o["loc"]) > len(loc) and o["loc"][: len(loc)] == loc for o in faults)

    return [fault for fault in faults if fault["type"] != "too_short" or not deeper(fault)]


def _union_site(loc: Loc, locate: Callable[[Sequence[str | int]], Loc]) -> tuple[Loc, str | int | None]:
    """Where in the file the first union of a location stands, and the member's name; None when there is none."""
    for length in range(1, len(loc)):
        if len(locate(loc[:length])) < length:
            return locate(loc[: length - 1]), loc[length - 1]
    last = loc[-1] if loc and len(locate(loc)) < len(loc) and isinstance(loc[-1], str) else None
    return locate(loc[:-1]), last


def _meant(site: Loc, members: list[list[Fault]], locate: Callable[[Sequence[str | int]], Loc]) -> list[Fault]:
    if all(len(member) == 1 and locate(member[0]["loc"]) == site for member in members):
        words = [str(member[0]["msg"]).removeprefix("Input should be ") for member in members]
        return [{**members[0][0], "msg": "Input should be " + " or ".join(dict.fromkeys(words))}]

    def progress(member: list[Fault]) -> tuple[int, int]:
        return max(len(locate(fault["loc"])) for fault in member), -len(member)

    return max(members, key=progress)


def _step(kinds: list[_Kind], part: str | int) -> list[_Kind]:
    """The types one part further; a part that names a union member chooses it."""
    inside = [below for kind in kinds for below in _inside(kind.type, part)]
    if inside:
        return inside
    return [kind for kind in kinds if _is_called(kind, part)] or kinds


def _inside(kind: Any, part: str | int) -> Iterator[_Kind]:
    if _is_model(kind):
        for name, info in kind.model_fields.items():
            if part in (info.alias, name):
                yield from _members(info.annotation)
    elif get_origin(kind) is dict:
        yield from _members(get_args(kind)[1])
    elif isinstance(part, int) and get_args(kind) and get_origin(kind) is not Literal:
        for item in get_args(kind):
            if item is not Ellipsis:
                yield from _members(item)


def _members(annotation: Any, tag: str = "") -> Iterator[_Kind]:
    """An annotation without its wrappings; a union as its members."""
    if isinstance(annotation, TypeAliasType):
        yield from _members(annotation.__value__, tag)
    elif get_origin(annotation) is Annotated:
        kind, *notes = get_args(annotation)
        yield from _members(kind, next((note.tag for note in notes if isinstance(note, Tag)), tag))
    elif get_origin(annotation) is Union or type(annotation).__name__ == "UnionType":
        for member in get_args(annotation):
            yield from _members(member, tag)
    else:
        yield _Kind(annotation, tag)


def _is_called(kind: _Kind, part: str | int) -> bool:
    """Is this the union member that pydantic calls `part`: by tag, by class, or by a literal it discriminates on?"""
    if part in (kind.tag, getattr(kind.type, "__name__", None)):
        return True
    fields = kind.type.model_fields.values() if _is_model(kind.type) else ()
    return any(get_origin(info.annotation) is Literal and part in get_args(info.annotation) for info in fields)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _names(model: type[BaseModel]) -> Iterator[str]:
    return (info.alias or name for name, info in model.model_fields.items())
