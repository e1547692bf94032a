"""What answers an outgoing call: the receiver and its finding."""

from dsp.answer.receiver import Answer, AnswerReceiver

__all__ = ["Answer", "AnswerReceiver"]
