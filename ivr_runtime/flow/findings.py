"""Where checks put what they find, and the shape of a service as far as they need it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from drivers.yaml_source import Path, Problem, Source


class Signature(Protocol):
    """The names of a service's arguments."""

    @property
    def required(self) -> tuple[str, ...]: ...
    @property
    def optional(self) -> tuple[str, ...]: ...


@dataclass
class Findings:
    """Faults and warnings with their places in the file. text: the file's own."""

    source: Source
    text: str = ""
    faults: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def fault(self, path: Path, message: str, hint: str = "", *, at_key: bool = False) -> None:
        """Something that must be put right before a call is answered."""
        self.faults.append(self.source.problem(self.source.locate(path), message, hint, at_key=at_key))

    def warn(self, path: Path, message: str, hint: str = "", *, at_key: bool = False) -> None:
        """Something odd."""
        self.warnings.append(self.source.problem(self.source.locate(path), message, hint, at_key=at_key))

    def quoted(self, line: int, column: int) -> bool:
        """Does the value that begins here stand in quotes?"""
        lines = self.text.splitlines()
        return line <= len(lines) and lines[line - 1][column - 1 : column] in ("'", '"')
