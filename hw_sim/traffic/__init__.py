"""Many callers: who calls when, and what came of it."""
