"""What is written down of a run: lines of JSON, sound, a folder with every call."""
