"""E1 spans at the office's end."""
