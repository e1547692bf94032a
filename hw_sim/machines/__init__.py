"""Machines, and people as simple as machines, that answer by themselves."""
