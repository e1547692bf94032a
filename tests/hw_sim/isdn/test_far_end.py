"""What OFFICE.yaml says of an ISDN span, and what the span then does."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.yaml_source import ConfigError
from dsp import tones
from hw_sim.card_config import E1Card
from hw_sim.config import load_office
from hw_sim.isdn.config import IsdnOptions
from hw_sim.isdn.dchannel import Faults
from hw_sim.isdn.far_end import far_end
from hw_sim.isdn.trunk import IsdnTrunk
from hw_sim.office import Office

CARD = "{{type: e1, name: trunk, signalling: isdn, side: user, switch: qsig, overlap: true, isdn: {{{options}}}}}"


def card(options: str) -> E1Card:
    """The card of an office with these options."""
    office = load_office("office.yaml", "spec: 1\ncards:\n  - " + CARD.format(options=options))
    [made] = office.cards
    assert isinstance(made, E1Card)
    return made


def test_its_options() -> None:
    """Side, dialect and overlap of the card, timers and faults of its options."""
    made = far_end(
        card("restart: false, timers: {T303: 500ms}, deaf: true, late: 2s, bit_errors: 0.001, spoil: [malformed]"),
        tones.plan("us"),
        lambda digits: False,
    )
    assert (made.config.side, made.config.switch, made.config.overlap, made.config.restart) == (
        "user",
        "qsig",
        1,
        False,
    )
    assert made.config.timers == {"T303": 500}
    assert made.channel.faults == Faults(deaf=True, late=16000, bit_errors=0.001)


def test_an_office_has_it() -> None:
    """A span that nothing is said of is the network side of EuroISDN."""
    office = Office(load_office("office.yaml", "spec: 1\ncards: [{type: e1, name: trunk}]"))
    trunk = office.signalling(0)
    assert isinstance(trunk, IsdnTrunk)
    assert (trunk.config.side, trunk.config.switch) == ("network", "euroisdn")


@pytest.mark.parametrize(
    "options", ["timers: {T999: 1s}", "late: soon", "bit_errors: 2", "spoil: [badly]", "death: true"]
)
def test_what_is_wrong_has_a_place(options: str) -> None:
    """Unknown timers, faults and keys: file, line and column."""
    with pytest.raises(ConfigError, match=r"office.yaml:3:\d+: "):
        card(options)


def test_the_example_of_the_documentation() -> None:
    """docs/isdn.md shows a card with every option that there is."""
    text = Path("docs/isdn.md").read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    [made] = load_office("office.yaml", "spec: 1\n" + text).cards
    assert isinstance(made, E1Card)
    assert set(made.isdn.model_fields_set) == set(IsdnOptions.model_fields)
