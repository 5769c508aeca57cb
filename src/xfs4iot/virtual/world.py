"""The physical side of a virtual device: what is where, and what people and faults do to it.

A world is driven from outside, by tests and demos: insert a card, take the notes, open a door, cut
the power. Its methods change everything they touch in one go, without waiting, so that no power
loss can come between taking a note here and putting it there.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

import msgspec

from xfs4iot.errors import HardwareError
from xfs4iot.server.requests import Request


class Fault(StrEnum):
    """What can be made to go wrong at a step of the mechanism."""

    JAM = "jam"
    """Something is stuck until somebody clears it (``clear_jam``, then the Reset command)."""
    STALL = "timeOut"
    """The mechanism does not answer: the command runs into its timeout or is canceled."""
    NOT_TAKEN = "notTaken"
    """The customer leaves what is presented; matters to virtual customers only."""
    POWER_LOSS = "powerLoss"
    """The device's power fails."""


class Jam(HardwareError):  # noqa: N818
    """Something got stuck."""


class PowerLost(HardwareError):  # noqa: N818
    """The power failed while the command ran."""


class _Armed(msgspec.Struct):
    fault: Fault
    at: str | None
    skip: int


class World:
    """Power, faults, and telling who listens that something changed."""

    def __init__(self, *, step_ms: int = 0) -> None:
        self.power = True
        self.jammed = False
        self.step_ms = step_ms
        """How long one movement of the mechanism takes; 0 in tests."""
        self.wanted: str | None = None
        """What the device is waiting for a person to bring, for virtual customers."""
        self.accepting = False
        """Whether what lies in the slot is being drawn in, and not held out to be taken."""
        self._armed: list[_Armed] = []
        self._listeners: set[Callable[[], None]] = set()
        self._at_restore: list[Callable[[], None]] = []

    # Listening

    def listen(self, heard: Callable[[], None]) -> None:
        self._listeners.add(heard)

    def unlisten(self, heard: Callable[[], None]) -> None:
        self._listeners.discard(heard)

    def at_restore(self, act: Callable[[], None]) -> None:
        """Have ``act`` called when the power comes back."""
        self._at_restore.append(act)

    def changed(self) -> None:
        """Tell everybody who listens."""
        for heard in list(self._listeners):
            heard()

    @contextmanager
    def accepts(self) -> Iterator[None]:
        """What is put in meanwhile is drawn in."""
        self.accepting = True
        try:
            yield
        finally:
            self.accepting = False

    # Faults

    def inject(self, fault: Fault, *, at: str | None = None, skip: int = 0) -> None:
        """Make ``fault`` happen once: at the next step, or the next one called ``at``.

        ``skip`` lets so many such steps pass first.
        """
        self._armed.append(_Armed(fault, at, skip))

    def disarm(self) -> None:
        """Forget the faults that have not happened yet."""
        self._armed.clear()

    def due(self, step: str, faults: frozenset[Fault] = frozenset(Fault)) -> Fault | None:
        """Take the fault that happens at ``step``, if any of ``faults`` does."""
        for armed in self._armed:
            if armed.fault in faults and armed.at in {None, step}:
                if armed.skip:
                    armed.skip -= 1
                    continue
                self._armed.remove(armed)
                return armed.fault
        return None

    def clear_jam(self) -> None:
        """An engineer frees what is stuck; the device still wants its Reset command."""
        self.jammed = False
        self.changed()

    # Power

    def cut_power(self) -> None:
        """The device's power fails, whatever it is doing."""
        self.power = False
        self.changed()

    def restore_power(self) -> None:
        """The power comes back and the device starts again."""
        self.power = True
        for act in self._at_restore:
            act()
        self.changed()

    def require_power(self) -> None:
        """Raise PowerLost when there is none: for handlers, after anything they waited for."""
        if not self.power:
            raise PowerLost("the power failed")

    async def step(self, request: Request, name: str) -> None:
        """Before one movement of the mechanism: the time it takes, and what can go wrong.

        Raises Jam, PowerLost, and from a stall TimeOut or Canceled. What moves, moves after this
        returns.
        """
        await asyncio.sleep(self.step_ms / 1000)
        self.require_power()
        match self.due(name, frozenset({Fault.JAM, Fault.STALL, Fault.POWER_LOSS})):
            case Fault.JAM:
                self.jammed = True
                self.changed()
                raise Jam(f"jammed at {name}")
            case Fault.POWER_LOSS:
                self.cut_power()
                self.require_power()
            case Fault.STALL:
                await request.until(self, self._never)
            case _:
                pass

    def _never(self) -> None:
        self.require_power()
