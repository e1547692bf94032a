"""`loopstart prompts check`: would a prompt, coming back as its own echo, be taken for a key or a tone?"""
