"""Speech or silence on each line."""

from dsp.activity.receiver import ActivityReceiver

__all__ = ["ActivityReceiver"]
