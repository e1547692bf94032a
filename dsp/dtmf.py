"""DTMF (ITU-T Q.23, Q.24): the sound of keys, and the receiver."""

from dsp.dtmf_near import NearMiss
from dsp.dtmf_profile import ATT, Profile, profile
from dsp.dtmf_receiver import DtmfReceiver
from dsp.dtmf_signal import HIGH, KEYS, LOW, key, keys

__all__ = ["ATT", "HIGH", "KEYS", "LOW", "DtmfReceiver", "NearMiss", "Profile", "key", "keys", "profile"]
