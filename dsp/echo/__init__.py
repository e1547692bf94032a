"""Taking our own echo out of what is heard: the canceller, and what it tells of each line."""

from dsp.echo.canceller import EchoCanceller, EchoReport

__all__ = ["EchoCanceller", "EchoReport"]
