"""Virtual machines that speak XFS4IoT: the services of a whole kiosk behind one port."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from random import Random

import msgspec
import typer

from tingtang.devices.model.demo_pin_key import DEMO_PIN_KEY, DEMO_PIN_KEY_NAME
from tingtang.devices.virtual.body import MODULE_FAILS_EVERY_S, MODULE_REPAIRED_IN_S
from tingtang.devices.virtual.clocks import DeviceClock
from tingtang.devices.virtual.listed import Listed, Stepping
from tingtang.devices.virtual.visitor import Visitor
from xfs4iot.server import Host
from xfs4iot.virtual.auxiliaries import Auxiliaries, AuxiliariesWorld
from xfs4iot.virtual.barcode_reader import BarcodeReader, BarcodeWorld
from xfs4iot.virtual.camera import Camera, CameraWorld
from xfs4iot.virtual.card_reader import CardReader
from xfs4iot.virtual.card_world import CardUnit, CardWorld, UnitKind
from xfs4iot.virtual.cash import CashRecycler
from xfs4iot.virtual.cash_world import CashWorld, recycler_world
from xfs4iot.virtual.check import CheckReader, CheckWorld
from xfs4iot.virtual.device import VirtualDevice
from xfs4iot.virtual.keys import Key
from xfs4iot.virtual.lights import Lights, LightsWorld
from xfs4iot.virtual.machines import card_dispenser_world
from xfs4iot.virtual.pin_pad import KeypadWorld, PinPad
from xfs4iot.virtual.printer import Printer
from xfs4iot.virtual.printer_world import PrinterWorld

STEP_MS = 60
"""One movement of a mechanism."""
LOADED = 600
"""Notes in each cassette."""
CASSETTES = (100, 50, 10)
"""What the cassettes of a cash module hold, in yuan."""
LOADED_FEN = LOADED * sum(CASSETTES) * 100
"""The worth of a cash module as it is loaded, for the bank's books."""
CARDS_KEPT = 20
"""Cards that a kiosk's bin holds."""
TICK_S = 0.5
NEAR_EVERY_S = 180.0
"""Somebody comes near a kiosk this often."""


def _bin() -> dict[str, CardUnit]:
    """For cards that nobody took."""
    return {"unit1": CardUnit(UnitKind.RETAIN, CARDS_KEPT)}


def kiosk(step_ms: int = STEP_MS) -> list[VirtualDevice]:
    """A smart counter with its cabinets for cash, certificates and bills (R051 to R054). What is plugged
    into its port for U盾 stays in its owner's hand; the PIN pad is wired to it.
    """
    port = CardReader("KeyPort", CardWorld(motor=False, step_ms=step_ms))
    return [
        CardReader("CardReader", CardWorld(units=_bin(), step_ms=step_ms)),
        CardReader("IdReader", CardWorld(step_ms=step_ms)),
        Printer("ReceiptPrinter", PrinterWorld(step_ms=step_ms)),
        PinPad("Keypad", KeypadWorld(step_ms=step_ms), reader=port),
        Camera("Camera", CameraWorld(step_ms=step_ms)),
        BarcodeReader("Scanner", BarcodeWorld(step_ms=step_ms)),
        Lights("GuideLights", LightsWorld(step_ms=step_ms)),
        Auxiliaries("Sensors", AuxiliariesWorld(step_ms=step_ms)),
        CashRecycler("CashCabinet", recycler_world(step_ms=step_ms, loaded=LOADED)),
        Printer("CertificateCabinet", PrinterWorld(step_ms=step_ms)),
        CheckReader("BillCabinet", CheckWorld(step_ms=step_ms)),
        port,
    ]


def dispenser(step_ms: int = STEP_MS) -> list[VirtualDevice]:
    """A product dispenser (R104): its cards are moved from a hopper to the exit."""
    return [
        CardReader("CardHopper", card_dispenser_world(step_ms=step_ms, cards=120)),
        BarcodeReader("Scanner", BarcodeWorld(step_ms=step_ms)),
        Camera("Camera", CameraWorld(step_ms=step_ms)),
    ]


def item_terminal(step_ms: int = STEP_MS) -> list[VirtualDevice]:
    """What stands beside a locker or a dispenser (R102)."""
    return [
        CardReader("IdReader", CardWorld(step_ms=step_ms)),
        BarcodeReader("Scanner", BarcodeWorld(step_ms=step_ms)),
        Camera("Camera", CameraWorld(step_ms=step_ms)),
    ]


def cash_recycler(step_ms: int = STEP_MS) -> list[VirtualDevice]:
    """A teller's cash recycler."""
    return [
        CashRecycler("Cash", recycler_world(step_ms=step_ms, loaded=LOADED)),
        Auxiliaries("SafeDoor", AuxiliariesWorld(step_ms=step_ms)),
    ]


BUILDERS: dict[str, Callable[[], list[VirtualDevice]]] = {
    "kiosk": kiosk,
    "dispenser": dispenser,
    "item_terminal": item_terminal,
    "cash_recycler": cash_recycler,
}
"""By type, the services of its machine."""


def demo_pin_key() -> Key:
    """The PIN key, as the bank's people would have loaded it."""
    return Key(DEMO_PIN_KEY, "P0", "T", "E")


def built(code: str, *, is_open: bool) -> list[VirtualDevice]:
    """The services of a machine of the type ``code``, its PIN key loaded.

    Raises KeyError for a type whose machines do not speak XFS4IoT.
    """
    services = BUILDERS[code]()
    for service in services:
        if is_open and isinstance(service.world, AuxiliariesWorld):
            service.world.put("openClosedIndicator", "open")
        if isinstance(service.world, CashWorld):
            service.world.fills = True
        if isinstance(service, PinPad):
            service.store.put(DEMO_PIN_KEY_NAME, demo_pin_key())
    return services


async def run_machine(
    services: list[VirtualDevice],
    visitor: Visitor,
    port: int,
    random: Random,
    clock: DeviceClock,
    *,
    faults: float,
    tell: Callable[[str], None],
) -> None:
    """Serve a machine until cancelled, with somebody before it; port 0 takes a free standard one.

    Raises OSError where the port is taken.
    """
    host = Host(services, port=port or None, vendor="Tingtang")
    await host.start()
    tell(host.uri)
    visitor.start()
    try:
        while True:
            await asyncio.sleep(TICK_S)
            for service in services:
                befall(service, TICK_S * clock.speed, random, faults)
    finally:
        visitor.stop()
        await host.stop()


class XfsMachines:
    """The machines of one process that speak XFS4IoT, and who stands before each."""

    def __init__(self) -> None:
        self._visitors: dict[str, Visitor] = {}

    def run(
        self, one: Listed, random: Random, clock: DeviceClock, *, is_open: bool, faults: float
    ) -> Coroutine[None, None, None]:
        """One machine at work; raises typer.BadParameter where its type does not speak XFS4IoT."""
        if one.type not in BUILDERS:
            raise typer.BadParameter(
                f"{one.type}: 支持 XFS4IoT 的类型 · types that speak XFS4IoT: {', '.join(BUILDERS)}"
            )
        services = built(one.type, is_open=is_open)
        self._visitors[one.id] = visitor = Visitor(services, one.wallet)
        port = max(0, one.xfs_port)
        return run_machine(services, visitor, port, random, clock, faults=faults, tell=typer.echo)

    def hear(self, line: str) -> None:
        """A :class:`Stepping` as a line of JSON; what cannot be read is passed over."""
        with contextlib.suppress(msgspec.MsgspecError):
            stepping = msgspec.json.decode(line, type=Stepping)
            if stepping.device in self._visitors:
                self._visitors[stepping.device].gives_way_to(stepping.wallet)


def befall(service: VirtualDevice, seconds: float, random: Random, faults: float) -> None:
    """What may happen to one device in so many seconds: it jams and is freed; somebody comes by."""
    world = service.world
    if isinstance(world, AuxiliariesWorld):
        near = world.states["proximitySensor"] == "present"
        if random.random() < seconds / (10 if near else NEAR_EVERY_S):
            world.put("proximitySensor", "notPresent" if near else "present")
        return
    if world.jammed:
        if random.random() < seconds / MODULE_REPAIRED_IN_S:
            world.clear_jam()
    elif faults and random.random() < seconds * faults / MODULE_FAILS_EVERY_S:
        world.jammed = True
        world.changed()
