"""The simulated far end: a telephone office in software, the people who call, and the cards that see it.

The office has two faces: the equipment's (`Office.tick`, `Office.hook`) and the world's (callers who dial in).
"""
