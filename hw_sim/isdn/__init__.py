"""The office's ISDN: a trunk over libpri, its D channel with faults on demand, and captures of it."""
