"""`loopstart listen`: what can be heard in a recording, as text, as JSON and as a picture."""
