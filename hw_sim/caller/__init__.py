"""A caller: a scripted person on a telephone of the office, and what they are like."""
