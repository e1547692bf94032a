"""Lines by name. Each figure with its source; what no standard gives is what such lines are known for, and says so."""

from __future__ import annotations

from collections.abc import Mapping

PRESETS: Mapping[str, Mapping[str, object]] = {
    # A short loop on a digital exchange: Q.552 (loss to the subscriber up to 7 dB nominal, idle noise below -65 dBm0p,
    # terminal balance return loss 20 dB).
    "good-city": {"loss": 3.0, "return_loss": 20.0, "noise": -68.0},
    # Some kilometres of thin cable without loading: P.11 allows about 10 dB at 1 kHz, and 0.4 mm pairs lose about 3 dB
    # more at 2 kHz (G.712's limits are far stricter); a poor balance; power lines beside it: hum with the odd
    # harmonics of rectifiers (K.8 and others call for less).
    "long-rural": {
        "loss": 9.0,
        "return_loss": 11.0,
        "noise": -58.0,
        "hum": -55.0,
        "harmonics": (-20.0, -6.0, -30.0, -10.0),
        "tilt": 3.0,
    },
    # A bad joint: noise 25 dB above Q.552's limit, clicks every two seconds, a hole now and then. Not of a standard.
    "noisy": {
        "loss": 6.0,
        "return_loss": 14.0,
        "noise": -42.0,
        "hum": -45.0,
        "harmonics": (-20.0, -6.0),
        "clicks": 30.0,
        "click_level": -15.0,
        "dropouts": 2.0,
        "dropout_length": "30ms",
    },
    # A mobile telephone at the edge of its cell: modulated noise 20 dB below speech (P.810, for Ie = 20 of G.113), 3 %
    # of its frames lost in pairs and filled as GSM 06.11 does, 90 ms each way (GSM 03.05), an echo of the network's far
    # hybrid that its canceller leaves (G.168: about 30 dB and more are taken away).
    "bad-gsm": {
        "loss": 0.0,
        "return_loss": 90.0,
        "noise": -62.0,
        "coder": "gsm",
        "lost_frames": 0.03,
        "delay": "90ms",
        "echo_loss": 42.0,
        "echo_delay": "180ms",
    },
}
