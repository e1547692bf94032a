"""From the pieces of a prompt to clips: which a flow may need (before the first call), and which a step says now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from ivr_runtime.flow import expressions, pieces, speech, walk
from ivr_runtime.flow.model import FlowModel
from ivr_runtime.flow.speech import ClipText, word
from ivr_runtime.flow.walk import Path as Place


@dataclass(frozen=True, slots=True)
class Sound:
    """Something that was recorded, to be played."""

    file: Path

    @property
    def id(self) -> str:
        return f"file:{self.file.name}"


Utterance = ClipText | Sound


def prompt_clips(flow: FlowModel) -> dict[Place, ClipText]:
    """The fixed texts of the prompt table by their place: zh/welcome, and zh/welcome.2 for the second of a prompt."""
    named: dict[Place, ClipText] = {}
    for prompt, languages in flow.prompts.items():
        for language, said in languages.items():
            top = ("prompts", prompt, language)
            fixed = [(p.path, p.item) for p in walk.below(top, said) if _is_fixed(p.item)]
            for i, (path, text) in enumerate(fixed, 1):
                clip_id = f"{language}/{prompt}" + (f".{i}" if i > 1 else "")
                named[path] = ClipText(clip_id, text.language or language, text.text.strip(), "prompt")
    return named


def flow_clips(flow: FlowModel) -> tuple[ClipText, ...]:
    """Every clip that can be rendered before the first call: prompts, then the words of each language."""
    words = [clip for language in dict.fromkeys(flow.languages) for clip in speech.vocabulary(language)]
    words += [clip for part in walk.parts(flow) for clip in _own_words(flow, part)]
    return tuple(dict.fromkeys([*prompt_clips(flow).values(), *words]))


def _own_words(flow: FlowModel, part: walk.Part) -> list[ClipText]:
    """Units, and texts that stand in a step: in every language that the part can be spoken in."""
    spoken = (str(part.path[2]),) if part.path[0] == "prompts" else flow.languages
    if isinstance(part.item, pieces.Count):
        return [word(language, text) for text in (part.item.unit, part.item.one) if text for language in spoken]
    if _is_fixed(part.item) and part.path[0] != "prompts":
        return [word(part.item.language or language, part.item.text.strip()) for language in spoken]
    return []


def _is_fixed(item: object) -> TypeGuard[pieces.Text]:
    try:
        return isinstance(item, pieces.Text) and expressions.read(item.text).constant
    except expressions.ExpressionError:
        return False


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads pieces out in one language with the variables of a call."""

    flow: FlowModel
    named: Mapping[Place, ClipText]
    language: str
    variables: Mapping[str, Any]

    def say(self, said: pieces.Say, path: Place = ()) -> list[Utterance]:
        """What is to be heard, in order. Raises ExpressionError, speech.Unspeakable."""
        return [heard for i, piece in enumerate(said) for heard in self._piece(piece, (*path, i))]

    def _piece(self, piece: pieces.Piece, path: Place) -> Iterator[Utterance]:
        match piece:
            case pieces.Prompt(prompt=name):
                yield from self.say(self.flow.prompts[name][_key(self.language)], ("prompts", name, self.language))
            case pieces.Each():
                yield from self._each(piece, path)
            case pieces.When():
                holds = expressions.condition(piece.when)(self.variables)
                branch, key = (piece.say, "say") if holds else (piece.otherwise, "else")
                yield from self.say(branch, (*path, key))
            case pieces.Played(recording=name):
                yield Sound(Path(self._value("{{ " + name + ".file }}")))
            case pieces.Text():
                known = self.named.get(path)
                yield from [known] if known else self._words([str(self._value(piece.text)).strip()], piece.language)
            case _:
                yield from self._words(self._grammar(piece))

    def _each(self, piece: pieces.Each, path: Place) -> Iterator[Utterance]:
        items = self._value(piece.each)
        if not isinstance(items, (list, tuple)):
            raise expressions.ExpressionError(f"{piece.each}: is no list")
        for item in items:
            inner = Reading(self.flow, self.named, self.language, {**self.variables, piece.name: item})
            yield from inner.say(piece.say, (*path, "say"))

    def _grammar(self, piece: pieces.Piece) -> list[str]:
        language = self.language
        match piece:
            case pieces.Number(number=raw):
                return speech.number(language, self._value(raw))
            case pieces.Digits(digits=raw):
                return speech.digits(language, self._value(raw))
            case pieces.Phone(phone=raw):
                return speech.phone(language, self._value(raw))
            case pieces.Money(money=raw):
                return speech.money(language, self._value(raw))
            case pieces.Date(date=raw):
                return speech.day(language, self._value(raw))
            case pieces.Clock(time=raw):
                return speech.clock(language, self._value(raw))
            case pieces.Count(count=raw, unit=unit, one=one):
                value = self._value(raw)
                return speech.count(language, value, one if one and str(value) == "1" else unit)
        raise TypeError(f"{piece!r} is no piece that a grammar reads")

    def _words(self, texts: list[str], language: str | None = None) -> Iterator[Utterance]:
        return (word(language or self.language, text) for text in texts if text)

    def _value(self, raw: str) -> Any:
        return expressions.value(raw, self.variables)


def _key(language: str) -> Any:
    return language
