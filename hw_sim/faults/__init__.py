"""Faults on a schedule: what goes wrong in an office, when, and for how long."""
