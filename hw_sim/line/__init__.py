"""Lines and what they do to sound; who hears whom."""
