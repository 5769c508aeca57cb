"""Whole machines: which virtual devices stand in which cabinet."""

from collections.abc import Callable, Iterable

from xfs4iot.virtual.auxiliaries import Auxiliaries, AuxiliariesWorld
from xfs4iot.virtual.barcode_reader import BarcodeReader, BarcodeWorld
from xfs4iot.virtual.camera import Camera, CameraWorld
from xfs4iot.virtual.card_reader import CardReader
from xfs4iot.virtual.card_world import CardUnit, CardWorld, UnitKind, bank_card
from xfs4iot.virtual.cash import CashAcceptor, CashDispenser, CashRecycler
from xfs4iot.virtual.cash_world import recycler_world
from xfs4iot.virtual.check import CheckReader, CheckWorld
from xfs4iot.virtual.device import VirtualDevice
from xfs4iot.virtual.lights import Lights, LightsWorld
from xfs4iot.virtual.pin_pad import KeypadWorld, PinPad
from xfs4iot.virtual.printer import Printer
from xfs4iot.virtual.printer_world import PrinterWorld
from xfs4iot.virtual.vendor_mode import VendorMode
from xfs4iot.virtual.world import World

CARDS_LOADED = 50


def card_dispenser_world(*, step_ms: int = 0, cards: int = CARDS_LOADED) -> CardWorld:
    """A hopper with new cards (unit1) and a bin for retained ones (unit2)."""
    hopper = CardUnit(UnitKind.DISPENSE, 200, initial=cards, count=cards, card_id="debit")
    hopper.cards = [bank_card(f"62220000{number:08d}") for number in range(1, cards + 1)]
    units = {"unit1": hopper, "unit2": CardUnit(UnitKind.RETAIN, 50)}
    return CardWorld(units=units, step_ms=step_ms)


Maker = Callable[[str, int], VirtualDevice]
"""Makes a device from its name and how many milliseconds a movement takes."""

DEVICES: dict[str, Maker] = {
    "CardReader": lambda name, ms: CardReader(name, card_dispenser_world(step_ms=ms)),
    "Printer": lambda name, ms: Printer(name, PrinterWorld(step_ms=ms)),
    "PinPad": lambda name, ms: PinPad(name, KeypadWorld(step_ms=ms)),
    "CashRecycler": lambda name, ms: CashRecycler(name, recycler_world(step_ms=ms)),
    "CashDispenser": lambda name, ms: CashDispenser(name, recycler_world(step_ms=ms)),
    "CashAcceptor": lambda name, ms: CashAcceptor(name, recycler_world(step_ms=ms, loaded=0)),
    "BarcodeReader": lambda name, ms: BarcodeReader(name, BarcodeWorld(step_ms=ms)),
    "Camera": lambda name, ms: Camera(name, CameraWorld(step_ms=ms)),
    "Lights": lambda name, ms: Lights(name, LightsWorld(step_ms=ms)),
    "Auxiliaries": lambda name, ms: Auxiliaries(name, AuxiliariesWorld(step_ms=ms)),
    "Check": lambda name, ms: CheckReader(name, CheckWorld(step_ms=ms)),
    "VendorMode": lambda name, ms: VendorMode(name, World(step_ms=ms)),
}
"""Every kind of device there is, by the name its service has when nothing else is said."""

MACHINES: dict[str, tuple[str, ...]] = {
    "kiosk": (
        "CardReader",
        "Printer",
        "PinPad",
        "BarcodeReader",
        "Camera",
        "Lights",
        "Auxiliaries",
        "VendorMode",
    ),
    "recycler": ("CardReader", "PinPad", "CashRecycler", "Printer", "Lights", "Auxiliaries"),
    "all": tuple(DEVICES),
}


def build(kinds: Iterable[str], *, step_ms: int = 0) -> list[VirtualDevice]:
    """Devices of these kinds, or of whole machines, each once.

    Vendor mode, if there, governs the others. Raises KeyError for a kind that does not exist.
    """
    wanted = dict.fromkeys(kind for name in kinds for kind in MACHINES.get(name, (name,)))
    devices = [DEVICES[kind](kind, step_ms) for kind in wanted]
    for device in devices:
        if isinstance(device, VendorMode):
            device.devices = [other for other in devices if other is not device]
    return devices
