"""Fax machines at ends of the office."""
