"""The IVR: the media clock, the tick loop, calls and their verbs, the flow language, what is kept."""
