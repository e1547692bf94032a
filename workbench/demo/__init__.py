"""The demo: an office, `loopstart serve` on its virtual card, and a caller, played live in the terminal."""
