"""What a technician wants to know of a channel: is it configured, does it have battery, how is a hang-up told."""

from __future__ import annotations

from dataclasses import dataclass, replace

from drivers import channels
from drivers.card import Signalling
from drivers.dahdi import codes
from drivers.dahdi.port import Info, ask
from drivers.errors import DriverError

HANG_UP_TOLD_BY: dict[Signalling, str] = {
    "fxs_ks": "the loop opening (kewl start), else busy tone or silence",
    "fxs_ls": "busy tone, dial tone, howler or silence only",
    "fxo_ks": "the phone going on hook",
    "fxo_ls": "the phone going on hook",
    "clear": "ISDN signalling on the D channel",
}

_ALARMS = {1: "recovering", 2: "loopback", 4: "yellow", 8: "red", 16: "blue", 32: "not open", 256: "LOS", 512: "LFA"}


@dataclass(frozen=True, slots=True)
class Report:
    """One channel, in words."""

    channel: int
    port: str
    signalling: str
    law: str
    alarm: str
    far_end: str
    hang_up: str


def survey(address: str) -> list[Report]:
    """All channels of a device's address. Raises CardNotFound when there is no DAHDI driver; ValueError: no list."""
    return [_report(channel) for channel in channels.parse(address)]


def believing(report: Report, said: Signalling) -> Report:
    """The report as the card will have it: an operator's fxs_ls stays where the kernel says fxs_ks."""
    if said != "fxs_ls" or report.signalling != "fxs_ks":
        return report
    return replace(report, signalling=said, hang_up=HANG_UP_TOLD_BY[said])


def alarms(bits: int) -> str:
    """Alarm bits in words; empty for none."""
    known = [name for bit, name in _ALARMS.items() if bits & bit]
    return ", ".join(known) or (f"{bits:#x}" if bits else "")


def _report(channel: int) -> Report:
    try:
        info = ask(channel)
    except DriverError as error:
        if "no /dev/dahdi" in str(error) or "no permission" in str(error):
            raise
        return Report(channel, "-", "not configured", "-", str(error), "-", "-")
    return _words(info)


def _words(info: Info) -> Report:
    signalling = codes.SIGNALLING.get(info.signalling)
    if info.signalling == 0:
        return Report(info.channel, info.name, "not configured", info.law, alarms(info.alarms), "-", "-")
    far_end = "-" if signalling == "clear" else "active" if info.off_hook else "idle"
    told = HANG_UP_TOLD_BY[signalling] if signalling else "carries no speech"
    words = signalling or f"{info.signalling:#x}"
    return Report(info.channel, info.name, words, info.law, alarms(info.alarms) or "none", far_end, told)
