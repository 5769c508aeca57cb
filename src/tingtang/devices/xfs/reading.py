"""What XFS4IoT services say, in the platform's words. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from tingtang.devices.model.kinds import DeviceType, Module
from tingtang.devices.model.wire import Health, ModuleReport, Value

Payload = dict[str, Any]

OF_DEVICE = {
    "online": Health.OK,
    "deviceBusy": Health.OK,
    "starting": Health.UNKNOWN,
    "userError": Health.WARNING,
    "potentialFraud": Health.WARNING,
    "offline": Health.FAULT,
    "powerOff": Health.FAULT,
    "hardwareError": Health.FAULT,
    "fraudAttempt": Health.FAULT,
    "noDevice": Health.ABSENT,
}
"""Common.Status ``device``."""

DETAILS: dict[str, dict[str, Health]] = {
    "cardReader.media": {"jammed": Health.FAULT},
    "cardReader.chipModule": {"inoperable": Health.FAULT},
    "printer.media": {"jammed": Health.FAULT},
    "printer.paper.*": {"low": Health.WARNING, "out": Health.FAULT, "jammed": Health.FAULT},
    "printer.toner": {"low": Health.WARNING, "out": Health.FAULT},
    "printer.ink": {"low": Health.WARNING, "out": Health.FAULT},
    "printer.lamp": {"fading": Health.WARNING, "inop": Health.FAULT},
    "printer.retractBins.*.state": {"high": Health.WARNING, "full": Health.FAULT},
    "keyManagement.encryptionState": {"notInitialized": Health.FAULT, "notReady": Health.FAULT},
    "cashManagement.safeDoor": {"doorOpen": Health.WARNING},
    "cashManagement.dispenser": {"attention": Health.WARNING, "stop": Health.FAULT},
    "cashManagement.acceptor": {"attention": Health.WARNING, "stop": Health.FAULT},
    "cashDispenser.positions.*.transport": {"inoperative": Health.FAULT},
    "cashAcceptor.positions.*.transport": {"inoperative": Health.FAULT},
    "cashAcceptor.banknoteReader": {"inoperable": Health.FAULT},
    "barcodeReader.scanner": {"inoperative": Health.FAULT},
    "camera.cameras.*": {"inop": Health.FAULT},
    "check.media": {"jammed": Health.FAULT},
    "check.acceptor": {"attention": Health.WARNING, "stop": Health.FAULT},
    "auxiliaries.tamperSensor": {"on": Health.FAULT},
    "auxiliaries.seismicSensor": {"on": Health.FAULT},
    "auxiliaries.heatSensor": {"on": Health.FAULT},
    "auxiliaries.safeDoor": {"open": Health.WARNING, "tampered": Health.FAULT},
    "auxiliaries.cabinetFrontDoor": {"tampered": Health.FAULT},
    "auxiliaries.cabinetRearDoor": {"tampered": Health.FAULT},
}
"""By place in Common.Status (``*`` is any), the words that mean trouble."""

WORST_FIRST = (Health.FAULT, Health.ABSENT, Health.WARNING, Health.UNKNOWN, Health.OK)

RESETS = {
    "CardReader": "CardReader.Reset",
    "Printer": "Printer.Reset",
    "PinPad": "PinPad.Reset",
    "Keyboard": "Keyboard.Reset",
    "CashDispenser": "CashManagement.Reset",
    "CashAcceptor": "CashManagement.Reset",
    "CashManagement": "CashManagement.Reset",
    "BarcodeReader": "BarcodeReader.Reset",
    "Camera": "Camera.Reset",
    "Check": "Check.Reset",
}
"""By class, the command that brings it back to a known state."""

DOORS = ("safeDoor", "cabinetFrontDoor", "cabinetRearDoor")
NOT_CONNECTED = ModuleReport(Health.FAULT, "not_connected")
"""Its service was there and is not any more, while others of the machine are."""


def module_report(status: Payload) -> ModuleReport:
    """How a module is, from its service's whole status; the worst of all that it says."""
    device = _text(_at(status, "common").get("device"))
    found = [(OF_DEVICE.get(device, Health.UNKNOWN), f"device={device}" if device else "")]
    for place, words in DETAILS.items():
        found += [
            (words[value], f"{place.removesuffix('.*')}={value}")
            for value in _values(status, place.split("."))
            if isinstance(value, str) and value in words
        ]
    found.sort(key=lambda one: WORST_FIRST.index(one[0]))
    health = found[0][0]
    if health is Health.OK:
        return ModuleReport(Health.OK)
    # What says most stands first: "hardwareError" alone does not tell what to do.
    codes = [code for one, code in found if one is health]
    said_more = [code for code in codes if not code.startswith("device=")] or codes
    return ModuleReport(health, said_more[0][:60], "; ".join(codes)[:200])


def interfaces(capabilities: Payload) -> frozenset[str]:
    """The interfaces a service implements."""
    listed = capabilities.get("interfaces")
    rows = listed if isinstance(listed, list) else []
    return frozenset(_text(row.get("name")) for row in rows if isinstance(row, dict))


def version(capabilities: Payload) -> str:
    """The version of a device's software; of its service where it does not say."""
    common = _at(capabilities, "common")
    devices = common.get("deviceInformation")
    first = devices[0] if isinstance(devices, list) and devices else {}
    for name, key in (("software", "softwareVersion"), ("firmware", "firmwareVersion")):
        rows = first.get(name) if isinstance(first, dict) else None
        if isinstance(rows, list) and rows and isinstance(rows[0], dict):
            return _text(rows[0].get(key))[:60]
    return _text(common.get("serviceVersion"))[:60]


def assign(
    modules: Sequence[Module], services: Mapping[str, frozenset[str]], known: Mapping[str, str]
) -> dict[str, str]:
    """Which service is which module: module to service.

    By class, and among services of one class by name: the same name first (``ReceiptPrinter`` is
    ``receipt_printer``), then a name that contains the other (``CertificateCabinet`` is
    ``certificate``), then in order. What is ``known`` already stays.
    """
    found = {module: service for module, service in known.items() if service in services}

    def free(module: Module) -> Iterator[str]:
        taken = set(found.values())
        return (
            name
            for name, classes in services.items()
            if name not in taken and module.xfs in classes
        )

    def same(module: str, service: str) -> bool:
        return _plain(module) == _plain(service)

    def alike(module: str, service: str) -> bool:
        return _plain(module) in _plain(service)

    for fits in (same, alike, lambda _module, _service: True):
        for module in modules:
            if module.xfs and module.name not in found:
                service = next((one for one in free(module) if fits(module.name, one)), None)
                if service is not None:
                    found[module.name] = service
    return found


def stock(storage: Payload) -> dict[str, float]:
    """How much is in each unit that gives out or takes in, by unit; bins for rejects are left out.

    Cash units count what was there first and what came and went since; card units say it.
    """
    units: dict[str, float] = {}
    for name, unit in storage.items():
        if not isinstance(unit, dict):
            continue
        cash, card = _at(unit, "cash"), _at(unit, "card")
        if cash:
            kinds = _at(cash, "configuration", "types")
            if kinds.get("cashOut") or kinds.get("cashIn"):
                status = _at(cash, "status")
                came = {
                    key: one for key, one in _at(status, "in").items() if key != "retractOperations"
                }
                total = _sum(status.get("initial")) + _sum(came) - _sum(status.get("out"))
                units[_plain_name(name)] = float(max(0, total))
        elif _at(card, "capabilities").get("type") == "dispense":
            units[_plain_name(name)] = float(_sum(_at(card, "status").get("count")))
    return units


def worth(storage: Payload, types: Payload) -> dict[str, float]:
    """What the notes in all units are worth, by currency (``cny``) in hundredths; those in the bins
    for rejects belong to it too. ``types`` are of CashManagement.GetBankNoteTypes; what the machine
    does not recognise has no worth.
    """
    found: dict[str, float] = {}
    for unit in storage.values():
        for name, count in _held(_at(unit, "cash", "status")).items():
            kind = _at(types, name, "cashItem")
            currency, value = _text(kind.get("currency")).lower(), kind.get("value")
            if currency and isinstance(value, int | float):
                found[currency] = found.get(currency, 0.0) + count * value * 100
    return found


def _held(status: Payload) -> dict[str, int]:
    """Notes in a unit by type: what was there first, and what came and went since."""
    held: dict[str, int] = {}
    for sign, tally in _tallies(status):
        for name, count in tally.items():
            held[name] = held.get(name, 0) + sign * _sum(count)
    return held


def _tallies(status: Payload) -> list[tuple[int, Payload]]:
    """The counts of a unit that add up to what is in it: put there, come in, gone out."""
    tallies = [(1, _at(status, "initial"))]
    tallies += [(1, _at(status, "in", why)) for why in _at(status, "in")]
    return tallies + [(-1, _at(status, "out", why)) for why in _at(status, "out")]


FIT = "fit"
"""The level of notes that people bring."""


def pieces_of(text: str) -> dict[int, int]:
    """``"10000:200 5000:100"`` as pieces by denomination in hundredths; raises ValueError."""
    found: dict[int, int] = {}
    for one in text.split():
        value, _, count = one.partition(":")
        found[int(value)] = found.get(int(value), 0) + int(count)
    if not found or min(found) <= 0 or min(found.values()) <= 0:
        raise ValueError(text)
    return found


def filled(storage: Payload, types: Payload, added: Mapping[int, int]) -> dict[str, Payload]:
    """What ``Storage.SetStorage`` is told where ``added`` pieces by denomination were put into the
    units that give them out; raises LookupError for what no unit holds.
    """
    wanted: dict[str, Payload] = {}
    for value, count in added.items():
        unit, kind = _unit_for(storage, types, value)
        initial = _levels(_at(storage, unit, "cash", "status"))
        levels = initial.setdefault(kind, {})
        if isinstance(levels, dict):
            levels[FIT] = levels.get(FIT, 0) + count
        wanted[unit] = {"cash": {"status": {"initial": initial}}}
    return wanted


def _levels(status: Payload) -> dict[str, dict[str, int] | int]:
    """The same as :func:`_held`, by level too; what is unrecognised has none. Nothing below zero."""
    held: dict[tuple[str, str], int] = {}
    for sign, tally in _tallies(status):
        for name, count in tally.items():
            for level, number in (count if isinstance(count, dict) else {"": count}).items():
                held[name, level] = held.get((name, level), 0) + sign * _sum(number)
    found: dict[str, dict[str, int] | int] = {}
    for (name, level), number in held.items():
        if number <= 0:
            continue
        levels = found.setdefault(name, {} if level else number)
        if isinstance(levels, dict) and level:
            levels[level] = number
    return found


def _unit_for(storage: Payload, types: Payload, value: int) -> tuple[str, str]:
    kinds = {
        name for name in types
        if _at(types, name, "cashItem").get("value") == value / 100
    }  # fmt: skip
    for unit in storage:
        configuration = _at(storage, unit, "cash", "configuration")
        items = configuration.get("cashItems")
        gives = _at(configuration, "types").get("cashOut") is True
        for kind in items if isinstance(items, list) else []:
            if gives and kind in kinds:
                return unit, str(kind)
    raise LookupError(f"no unit gives out notes of {value / 100:g}")


def samples(
    type_: DeviceType, statuses: Mapping[str, Payload], stocks: Mapping[str, Mapping[str, float]]
) -> dict[str, Value]:
    """What the type declares and the services know: stock of consumables, whether doors are open.

    ``statuses`` and ``stocks`` are by module.
    """
    values: dict[str, Value] = {}
    for one in type_.consumables:
        units = stocks.get(one.module)
        if units:
            values[one.name] = min(one.full, sum(units.values()))
    declared = {one.name for one in type_.telemetry}
    doors = [_at(status, "cashManagement").get("safeDoor") for status in statuses.values()]
    doors += [_at(status, "auxiliaries").get("safeDoor") for status in statuses.values()]
    told = [one for one in doors if isinstance(one, str)]
    if told and "safe_door_open" in declared:
        values["safe_door_open"] = any(one in {"doorOpen", "open"} for one in told)
    return values


def properties(type_: DeviceType, status: Payload) -> dict[str, Value]:
    """What can be set and the auxiliaries report."""
    own, values = _at(status, "auxiliaries"), dict[str, Value]()
    declared = {one.name for one in type_.properties}
    if "in_service" in declared and own.get("openClosedIndicator") in {"open", "closed"}:
        values["in_service"] = own["openClosedIndicator"] == "open"
    level = _at(own, "volume").get("volumeLevel")
    if "volume" in declared and isinstance(level, int | float):
        values["volume"] = round(level / 10, 1)
    return values


class Noticed(msgspec.Struct, frozen=True):
    """Something that happened, as a device's status tells it."""

    name: str
    data: dict[str, Value] = {}


def noticed(before: Payload, after: Payload) -> list[Noticed]:
    """What happened between two statuses of the auxiliaries: doors, people, the call button."""
    old, new = _at(before, "auxiliaries"), _at(after, "auxiliaries")
    found = []
    for door in DOORS:
        if old.get(door) != new.get(door) and isinstance(new.get(door), str):
            name = "door_opened" if new[door] in {"open", "tampered"} else "door_closed"
            found.append(Noticed(name, {"door": door, "state": new[door]}))
    if new.get("proximitySensor") == "present" != old.get("proximitySensor"):
        found.append(Noticed("person_near"))
    if new.get("operatorCallButtonSensor") == "on" != old.get("operatorCallButtonSensor"):
        found.append(Noticed("pressed"))
    return found


def levels(units: Payload) -> dict[str, Value]:
    """From a Storage.StorageThresholdEvent: each unit with its level (ok, low, empty, high, full)."""
    found: dict[str, Value] = {}
    for name, unit in units.items():
        for kind in ("cash", "card"):
            level = _at(unit, kind, "status").get("replenishmentStatus")
            if isinstance(level, str):
                found[_plain_name(name)] = level
    return found


def _at(payload: object, *path: str) -> Payload:
    """The object at ``path``; empty where there is none. What a service sends is not trusted."""
    for key in path:
        payload = payload.get(key) if isinstance(payload, dict) else None
    return payload if isinstance(payload, dict) else {}


def _values(payload: object, path: Sequence[str]) -> Iterator[object]:
    if not path:
        yield payload
        return
    key, rest = path[0], path[1:]
    if key == "*":
        inside: Sequence[object] = ()
        if isinstance(payload, dict):
            inside = list(payload.values())
        elif isinstance(payload, list):
            inside = payload
        for one in inside:
            yield from _values(one, rest)
    elif isinstance(payload, dict) and key in payload:
        yield from _values(payload[key], rest)


def _sum(tally: object) -> int:
    if isinstance(tally, dict):
        return sum(_sum(one) for one in tally.values())
    return tally if isinstance(tally, int) and not isinstance(tally, bool) else 0


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _plain_name(name: str) -> str:
    """A unit's name as a name of the wire."""
    kept = "".join(c if c.isascii() and c.isalnum() else "_" for c in name.lower())
    return f"u_{kept}"[:40] if not kept[:1].isalpha() else kept[:40]
