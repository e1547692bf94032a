"""The office's end of an E1 span with MFC-R2."""
