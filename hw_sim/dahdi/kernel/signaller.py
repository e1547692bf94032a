"""The hook of one channel, both ways: the state machines of dahdi-base.c on the office's clock, without I/O.

A port to an exchange is signalled FXS and sees rings and a dropped battery; a port for a telephone is signalled FXO and
sees it lifted, put down, flashing and dialling with pulses; an E&M trunk sees off hook, on hook and winks.
"""

from __future__ import annotations

from dsp.receiver import TICK
from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.hook_sender import MILLISECOND, RING_DEBOUNCE, Sender, State, Timer
from hw_sim.dahdi.kernel.signalling import EM_TYPES, FXO_TYPES, FXS_TYPES

RING_TRAILER = 50 * MILLISECOND
"""A burst is over when it has been gone for so long."""
PULSE_LEAST, PULSE_MOST = 15 * MILLISECOND, 200 * MILLISECOND
PULSE_TIMEOUT = 250 * MILLISECOND


class Signaller(Sender):
    """frozen: what comes from the line is not looked at (SETSIGFREEZE)."""

    def __init__(self, sigtype: int = 0) -> None:
        super().__init__(sigtype)
        self.frozen = False
        self._counted = 0

    def _expired(self, timer: Timer, at: int) -> None:
        match timer:
            case Timer.WINDOW:
                self._window_over()
            case Timer.RING:
                if at >= self._deaf_until:
                    self.events.append(abi.EV_RINGOFFHOOK)
            case Timer.PULSES:
                self._digit()
            case _:
                super()._expired(timer, at)

    def see(self, rx: int, now: int) -> None:
        """The line is seen to be RX_ONHOOK, RX_OFFHOOK, RX_START or RX_RING."""
        self.advance(now)
        if rx == self.rx or self.frozen:
            return
        before, self.rx = self.rx, rx
        if self.sigtype in FXS_TYPES:
            self._see_exchange(rx, before, now)
        elif self.sigtype in FXO_TYPES:
            self._see_telephone(rx, now)
        elif self.sigtype in EM_TYPES:
            self._see_trunk(rx, now)

    def _see_exchange(self, rx: int, before: int, now: int) -> None:
        if rx == abi.RX_RING:
            self._due.pop(Timer.RING, None)
            if now >= self._deaf_until:
                self.events.append(abi.EV_RINGBEGIN)
        elif before == abi.RX_RING:
            self._wait(Timer.RING, now, RING_TRAILER)
        stable = self.state is State.OFFHOOK if self.sigtype == abi.SIG_FXSKS else self.sigtype == abi.SIG_FXSGS
        if rx == abi.RX_ONHOOK and stable:
            self._deaf_until = now + RING_DEBOUNCE
            self._due.pop(Timer.RING, None)
            if self.state is not State.DEBOUNCE:
                self.events.append(abi.EV_ONHOOK)

    def _see_telephone(self, rx: int, now: int) -> None:
        if rx == abi.RX_START and self.sigtype == abi.SIG_FXOGS:
            self._lifted()
        elif rx == abi.RX_OFFHOOK:
            self._hung_up_in_kewl = False
            if Timer.WINDOW in self._due:
                self._closed_again(now - self._window_began)
                del self._due[Timer.WINDOW]
            else:
                self._lifted()
        elif rx == abi.RX_ONHOOK:
            if self.state not in (State.DEBOUNCE, State.KEWL, State.AFTERKEWL):
                self._open_window(now, self.times.rxflash)
            if self.state is State.KEWL:
                self._hung_up_in_kewl = True
                if now - self._opened_at <= TICK:  # put down before the open: the news came with the tick
                    self.stop_ringing(now)

    def _lifted(self) -> None:
        if not self._seized:
            self._seized = True
            self.events.append(abi.EV_RINGOFFHOOK)

    def _closed_again(self, opened: int) -> None:
        """The loop was open for so many samples: a pulse, a flash, or too short for anything."""
        if opened > PULSE_MOST:
            self.events.append(abi.EV_WINKFLASH)
        elif opened >= PULSE_LEAST:
            self._counted += 1
            self._due[Timer.PULSES] = self._window_began + opened + PULSE_TIMEOUT
            if self._counted == 1:
                self.events.append(abi.EV_PULSE_START)

    def _see_trunk(self, rx: int, now: int) -> None:
        """E&M: a short off hook is a wink."""
        if rx == abi.RX_OFFHOOK:
            self._open_window(now, self.times.rxwink)
        elif rx == abi.RX_ONHOOK:
            wink = self._due.pop(Timer.WINDOW, None) is not None
            self.events.append(abi.EV_WINKFLASH if wink else abi.EV_ONHOOK)

    def _window_over(self) -> None:
        """Longer than a flash or a wink: a telephone is on hook for good, anything else off hook."""
        if self.sigtype in FXO_TYPES:
            self.events.append(abi.EV_ONHOOK)
            self._seized = False
        else:
            self.events.append(abi.EV_RINGOFFHOOK)

    def _digit(self) -> None:
        """No further pulse came."""
        counted, self._counted = self._counted, 0
        if counted <= 12:
            self.events.append(abi.EV_PULSEDIGIT | ord("?1234567890*#"[counted]))
