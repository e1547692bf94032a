"""Signal processing for all lines of a card at once: matrices in, events and matrices out.

No clock, no I/O, no logging: numpy arrays of shape (lines, samples) at 8 kHz, levels in dBm0, time in samples.
"""
