"""What can go wrong with speech.

SpeechError
├── NoSynthesiser   espeak-ng is not installed
├── Unspeakable     the text has nothing the voice can say
├── BadRecording    a recorded prompt cannot be read
└── BookError       a book is not as it should be
"""

from __future__ import annotations

from drivers.errors import DriverError


class SpeechError(DriverError):
    """Speech could not be made or read. The message names the text or the file."""


class NoSynthesiser(SpeechError):
    """The synthesiser is not installed. The message has the line to type."""


class Unspeakable(SpeechError):
    """The text has nothing that the voice can say."""


class BadRecording(SpeechError):
    """A recorded prompt cannot be read as sound."""


class BookError(SpeechError):
    """The folder is not a book, or one of its clips is not as its book.json says."""
