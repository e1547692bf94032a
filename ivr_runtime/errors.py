"""What can end a call or a step. (Faults of a flow file: `FlowError`; of hardware: `drivers.errors`.)

CallEnded(reason)     the call is over; raised out of whichever verb the call is in, caught in one place (`conduct`)
StepFailed(place)     a step could not do its work; carries its place in the flow file and its cause
ServiceFailed         a service could not be used (database locked, disk full); a step turns it into StepFailed
"""

from __future__ import annotations


class CallEnded(Exception):
    """The conversation is over.

    reason: how we know. A cause of `drivers.events.HungUp` when the line hung up ("disconnect", "busy_tone" ...),
    "hung_up" after our own `hang_up()`, or why we must end it: "too_long", "shutdown", "line_lost", "not_answered".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StepFailed(Exception):
    """A step could not do its work: a service failed, a clip is missing.

    place: the step's place in the flow file ("flow.yaml:41:5"). The cause is chained (`raise ... from`).
    """

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.place = place


class ServiceFailed(Exception):
    """A service could not be used: the database is locked or gone, the disk is full. The cause is chained.

    service: its name in the table ("orders.place"). Nothing that it confirmed before is lost.
    """

    def __init__(self, service: str, message: str) -> None:
        super().__init__(f"{service}: {message}")
        self.service = service
