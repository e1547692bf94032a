"""Call-progress and fax tones: plans, their sound, and the receiver that names them."""

from dsp.plans import PLANS, PlanTone, TonePlan
from dsp.tone_receiver import ToneReceiver
from dsp.tone_signal import generate, plan

__all__ = ["PLANS", "PlanTone", "TonePlan", "ToneReceiver", "generate", "plan"]
