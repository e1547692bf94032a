"""The synthesiser as a device: text in, int16 samples of a telephone line (8 kHz, mono) out."""
