"""The office's own system.conf, which dahdi_cfg reads, and what dahdi_genconf goes by when it writes another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.signalling import CONF_WORDS
from hw_sim.dahdi.kernel.spans import Port, Span

CANCELLER = "mg2"


def system_conf(spans: Sequence[Span], country: str) -> str:
    """Lines of E1 spans, signalling and law of every channel, echo cancellers, the tone zone."""
    ports = [port for span in spans for port in span.ports]
    lines = ["# Written by the office for its own cards.\n"]
    timing = 0
    for span in spans:
        if span.digital:
            timing += 1
            lines.append(f"span={span.number},{timing},0,{_framing(span.wanted)}\n")
    for (sigtype, bits), group in groupby(ports, key=lambda p: (p.sigtype, p.idle_bits)):
        if sigtype:
            suffix = f":{bits:04b}" if sigtype == abi.SIG_CAS else ""
            lines.append(f"{CONF_WORDS[sigtype]}={_ranges(group)}{suffix}\n")
    for law, of_law in groupby(ports, key=lambda p: p.law):
        lines.append(f"{'alaw' if law == 'alaw' else 'mulaw'}={_ranges(of_law)}\n")
    if speaking := [port for port in ports if carries_speech(port)]:
        lines.append(f"echocanceller={CANCELLER},{_ranges(speaking)}\n")
    return "".join([*lines, f"loadzone={country}\n", f"defaultzone={country}\n"])


def genconf_parameters(spans: Sequence[Span], country: str) -> str:
    """The country, a canceller that is there, and R2 when no span has a D channel."""
    digital = [span.wanted for span in spans if span.digital]
    lines = ["# Written by the office for its own cards.\n", f"lc_country {country}\n", f"echo_can {CANCELLER}\n"]
    if digital and not any(wanted & abi.CONFIG_CCS for wanted in digital):
        lines.append("pri_connection_type R2\n")
    return "".join(lines)


def carries_speech(port: Port) -> bool:
    """Not the channels of signalling."""
    return port.use not in ("dchannel", "idle")


def _framing(lineconfig: int) -> str:
    words = ["ccs" if lineconfig & abi.CONFIG_CCS else "cas"]
    words += ["hdb3" if lineconfig & abi.CONFIG_HDB3 else "ami"]
    words += ["crc4"] if lineconfig & abi.CONFIG_CRC4 else []
    return ",".join(words)


def _ranges(ports: Iterable[Port]) -> str:
    """Channel numbers as dahdi_cfg reads them: 1-15,17-31."""
    runs: list[list[int]] = []
    for port in ports:
        if runs and runs[-1][1] == port.channel - 1:
            runs[-1][1] = port.channel
        else:
            runs.append([port.channel, port.channel])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
