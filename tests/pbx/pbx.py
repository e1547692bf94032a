"""Debian 11's Asterisk 16 with chan_dahdi on the office's cards: its configuration, its command, what it said."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

MODULES = [
    "pbx_config", "pbx_spool", "chan_dahdi", "res_timing_dahdi", "func_callerid", "func_channel",
    "app_dial", "app_playtones", "app_read", "app_verbose", "app_senddtmf", "app_confbridge", "app_echo",
    "app_milliwatt", "app_originate", "app_record",
    "bridge_simple", "bridge_builtin_features", "bridge_holding", "bridge_softmix",
    "codec_alaw", "codec_ulaw", "format_wav", "format_pcm",
]  # fmt: skip
EMPTY = [
    "ccss",
    "cdr",
    "cel",
    "features",
    "udptl",
    "acl",
    "codecs",
    "dnsmgr",
    "http",
    "manager",
    "stasis",
    "confbridge",
]

ASTERISK_CONF = """\
[directories]
astetcdir => {folder}
astmoddir => {root}/usr/lib/asterisk/modules
astvarlibdir => {folder}/var
astdbdir => {folder}/var
astkeydir => {folder}/var
astdatadir => {root}/usr/share/asterisk
astagidir => {folder}/var
astspooldir => {folder}/spool
astrundir => {folder}/run
astlogdir => {folder}/log
[options]
verbose = 5
nocolor = yes
"""


def home() -> Path:
    """Where tests/pbx/fetch.sh has put it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return cache / "loopstart" / "asterisk"


@dataclass(frozen=True, slots=True)
class Pbx:
    """folder: of its files. dahdi: the body of chan_dahdi.conf. plan: extensions.conf."""

    folder: Path
    dahdi: str
    plan: str
    more: Mapping[str, str] = field(default_factory=dict)

    def written(self) -> Pbx:
        """All its files stand."""
        for name in ("var", "spool/outgoing", "run", "log"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        files = {
            "asterisk.conf": ASTERISK_CONF.format(folder=self.folder, root=home() / "root"),
            "modules.conf": "[modules]\nautoload=no\n" + "".join(f"load => {name}.so\n" for name in MODULES),
            "logger.conf": "[general]\n[logfiles]\nfull => notice,warning,error,verbose(5),dtmf\n",
            "indications.conf": "[general]\ncountry=cn\n[cn]\ndescription=China\n"
            "ringcadence=1000,4000\ndial=450\nbusy=450/350,0/350\n"
            "ring=450/1000,0/4000\ncongestion=450/700,0/700\n",
            "chan_dahdi.conf": f"[channels]\n{self.dahdi}\n",
            "extensions.conf": self.plan,
            **{f"{name}.conf": "" for name in EMPTY},
            **self.more,
        }
        for name, text in files.items():
            (self.folder / name).write_text(text)
        return self

    def command(self) -> list[str]:
        """Runs in the foreground until it is told to end. dahdi_cfg has configured the channels before."""
        run = f"dahdi_cfg && exec {home()}/root/usr/sbin/asterisk -C {self.folder}/asterisk.conf -f -vvvvv -n"
        return ["sh", "-c", f"export LD_LIBRARY_PATH={self._libraries()}; {run} </dev/null >{self.folder}/out 2>&1"]

    def ask(self, command: str) -> str:
        """What a second Asterisk (`-rx`) is told by the running one."""
        line = [f"{home()}/root/usr/sbin/asterisk", "-C", f"{self.folder}/asterisk.conf", "-rx", command]
        surroundings = {**os.environ, "LD_LIBRARY_PATH": self._libraries()}
        done = subprocess.run(line, capture_output=True, text=True, timeout=20, check=False, env=surroundings)
        return done.stdout

    def said(self) -> str:
        """Its log."""
        return (self.folder / "log" / "full").read_text(errors="replace")

    def complaints(self) -> list[str]:
        """Warnings and errors, but for those of a configuration as small as ours."""
        return [
            line
            for line in re.findall(r"(?:WARNING|ERROR).*", self.said())
            if not re.search(r"loader.c|config_options|sounds|res_timing|asterisk.conf|app_confbridge", line)
        ]

    def _libraries(self) -> str:
        root = home() / "root"
        return ":".join(str(root / part) for part in ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "usr/lib"))
