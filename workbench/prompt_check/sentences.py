"""Words as they are said: one after the other without a pause, where two of them together may sound like neither."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.prompt_check.finding import Prompt

WORDS = 6
"""Words of a sentence: a number with its unit."""
EACH = 3
"""In so many sentences each word stands, with other neighbours each time."""


def sentences(prompts: Sequence[Prompt], seed: int = 1) -> list[Prompt]:
    """The words of each language, strung together as numbers and units are."""
    made: list[Prompt] = []
    rng = np.random.default_rng(seed)
    for language in sorted({prompt.name.partition(":")[0] for prompt in prompts if prompt.word}):
        words = [prompt for prompt in prompts if prompt.word and prompt.name.startswith(f"{language}:")]
        for _ in range(EACH):
            order = rng.permutation(len(words))
            made += [_joined([words[i] for i in order[at : at + WORDS]]) for at in range(0, len(words), WORDS)]
    return [sentence for sentence in made if "+" in sentence.name]


def _joined(words: Sequence[Prompt]) -> Prompt:
    """The clips end to end, as the mixer plays them."""
    names = [words[0].name, *(word.name.partition(":")[2] for word in words[1:])]
    return Prompt(" + ".join(names), np.concatenate([word.samples for word in words]))
