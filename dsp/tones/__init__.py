"""Call-progress and fax tones: plans, their sound, and the receiver that names them."""

from dsp.plans import PLANS, PlanTone, TonePlan
from dsp.tones.receiver import ToneReceiver
from dsp.tones.signal import generate, plan

__all__ = ["PLANS", "PlanTone", "TonePlan", "ToneReceiver", "generate", "plan"]
