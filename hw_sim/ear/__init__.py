"""The ear of the callers: which prompt is playing, from its sound alone."""
