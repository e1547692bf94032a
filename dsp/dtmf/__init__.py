"""DTMF (ITU-T Q.23, Q.24): the sound of keys, and the receiver."""

from dsp.dtmf.near import NearMiss
from dsp.dtmf.profile import ATT, Profile, profile
from dsp.dtmf.receiver import DtmfReceiver
from dsp.dtmf.signal import HIGH, KEYS, LOW, key, keys

__all__ = ["ATT", "HIGH", "KEYS", "LOW", "DtmfReceiver", "NearMiss", "Profile", "key", "keys", "profile"]
