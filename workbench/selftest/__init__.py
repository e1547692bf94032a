"""`loopstart selftest dsp`: the project's own conformance tables, each figure beside requirement and anchor."""
