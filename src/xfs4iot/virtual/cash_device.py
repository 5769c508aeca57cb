"""What cash machines share: note types, units on the wire, CashManagement."""

from base64 import b64encode
from collections import Counter
from typing import ClassVar

import msgspec

from xfs4iot.errors import UnsupportedData
from xfs4iot.messages import Payload
from xfs4iot.server.commands import Reply, command
from xfs4iot.server.requests import Request
from xfs4iot.server.service import refuse
from xfs4iot.virtual.cash_parameters import (
    ClassificationElement,
    GetItemInfo,
    Level,
    Retract,
    SetClassificationList,
    UnitWanted,
)
from xfs4iot.virtual.cash_world import IN, OUT, CashUnit, CashWorld, Note, Tally, Use, notes
from xfs4iot.virtual.storage import StorageDevice

NOTES_REMEMBERED = 500
BROUGHT_FROM = 800_001
"""Serial numbers of notes that are put into units by hand."""


class CashDevice(StorageDevice):
    """A device with cash units and the CashManagement interface."""

    interfaces: ClassVar[tuple[str, ...]] = ("Common", "CashManagement", "Storage")
    events: ClassVar[tuple[str, ...]] = (
        *StorageDevice.events,
        "CashManagement.ItemsTakenEvent",
        "CashManagement.ItemsInsertedEvent",
        "CashManagement.ItemsPresentedEvent",
        "CashManagement.ShutterStatusChangedEvent",
        "CashManagement.SafeDoorOpenEvent",
        "CashManagement.SafeDoorClosedEvent",
        "CashManagement.InfoAvailableEvent",
        "CashManagement.MediaDetectedEvent",
    )
    world: CashWorld

    def __init__(self, name: str, world: CashWorld) -> None:
        super().__init__(name, world)
        self.enabled = dict.fromkeys(world.types, True)
        """Note types that are accepted (ConfigureNoteTypes)."""
        self.last_items: list[Note] = []
        """The notes of the last transaction, for GetItemInfo."""
        self._brought = 0
        self._classification = SetClassificationList()
        self._seen = (world.shutter_open, world.safe_door_open, world.taken_count)
        world.listen(self._watch)

    def _watch(self) -> None:
        world = self.world
        shutter, door, taken = self._seen
        self._seen = (world.shutter_open, world.safe_door_open, world.taken_count)
        if world.taken_count != taken:
            self.broadcast("CashManagement.ItemsTakenEvent", {"position": _out()})
        if world.shutter_open != shutter:
            self.broadcast(
                "CashManagement.ShutterStatusChangedEvent",
                {"position": "outDefault", "shutter": "open" if world.shutter_open else "closed"},
            )
        if world.safe_door_open != door:
            opened = "Open" if world.safe_door_open else "Closed"
            self.broadcast(f"CashManagement.SafeDoor{opened}Event")

    # What it says of itself

    def status(self) -> dict[str, Payload]:
        levels = {unit.level() for unit in self.world.units.values() if unit.use is Use.RECYCLE}
        own = {
            "safeDoor": "doorOpen" if self.world.safe_door_open else "doorClosed",
            "dispenser": "attention" if levels & {"low", "empty"} else "ok",
            "acceptor": "attention" if levels & {"full", "high"} else "ok",
        }
        return super().status() | {"cashManagement": own}

    def position_status(self, place: list[Note]) -> Payload:
        jammed = self.world.jammed
        return {
            "shutter": "open" if self.world.shutter_open else "closed",
            "positionStatus": "notEmpty" if place else "empty",
            "transport": "inoperative" if jammed else "ok",
            "transportStatus": "unknown" if jammed else "empty",
        }

    def capabilities(self) -> dict[str, Payload]:
        own = {
            "cashBox": False,
            "exchangeType": {"byHand": True},
            "itemInfoTypes": {"serialNumber": True, "signature": False, "image": False},
            "classificationList": True,
        }
        return super().capabilities() | {"cashManagement": own}

    # Storage

    def retract_unit(self) -> CashUnit:
        """The unit for retracts and rejects. Raises ``cashUnitError`` when it is full."""
        for unit in self.world.units.values():
            if unit.use is Use.RETRACT and len(unit.notes) < unit.capacity:
                return unit
        raise refuse("cashUnitError", "there is no room for retracted notes")

    def storage(self) -> dict[str, Payload]:
        return {name: self._unit(name, unit) for name, unit in self.world.units.items()}

    def _unit(self, name: str, unit: CashUnit) -> Payload:
        takes = unit.use in {Use.RECYCLE, Use.CASH_IN}
        gives = unit.use in {Use.RECYCLE, Use.CASH_OUT}
        retracts = unit.use is Use.RETRACT
        uses = {"cashIn": takes, "cashOut": gives, "cashInRetract": retracts}
        uses |= {"cashOutRetract": retracts, "reject": retracts}
        levels = {"fit": True, "unfit": not gives, "unrecognized": retracts}
        items = [unit.type] if unit.type else list(self.world.types)
        configuration: Payload = {
            "types": uses,
            "items": levels,
            "highThreshold": unit.high,
            "lowThreshold": unit.low,
            "appLockIn": unit.locked_in,
            "appLockOut": unit.locked_out,
            "cashItems": items,
            "name": unit.name,
        }
        if unit.type:
            kind = self.world.types[unit.type]
            configuration |= {"currency": kind.currency, "value": kind.value}
        cash = {
            "capabilities": {
                "types": uses,
                "items": levels,
                "hardwareSensors": True,
                "retractThresholds": False,
                "cashItems": items,
            },
            "configuration": configuration,
            "status": self._counts(name, unit),
        }
        return {"id": unit.name, "capacity": unit.capacity, "status": "ok", "cash": cash}

    def _counts(self, name: str, unit: CashUnit) -> Payload:
        return {
            "index": list(self.world.units).index(name) + 1,
            "initial": tally_payload(unit.initial),
            "out": {why: tally_payload(unit.went_out.get(why, Counter())) for why in OUT},
            "in": in_payload(unit),
            "accuracy": "accurateSet",
            "replenishmentStatus": unit.level(),
        }

    def fill_level(self, unit: str) -> str:
        return self.world.units[unit].level()

    def check_storage(self, unit: str, wanted: Payload) -> None:
        cash = msgspec.convert(wanted, UnitWanted).cash
        if cash is None or cash.status is None or cash.status.initial is None:
            return
        if not self.exchange_active:
            raise refuse("noExchangeActive", "counts are set in an exchange only")
        tally = _tally(cash.status.initial)
        if unknown := {kind for kind, _ in tally} - self.world.types.keys() - {""}:
            raise UnsupportedData(f"there is no note type {sorted(unknown)[0]}")
        if tally.total() > self.world.units[unit].capacity:
            raise UnsupportedData(f"{unit} holds {self.world.units[unit].capacity} notes")

    def set_storage(self, unit: str, wanted: Payload) -> None:
        held, cash = self.world.units[unit], msgspec.convert(wanted, UnitWanted).cash
        if cash and (configuration := cash.configuration):
            held.high = configuration.high_threshold or held.high
            held.low = configuration.low_threshold or held.low
            if configuration.app_lock_in is not None:
                held.locked_in = configuration.app_lock_in
            if configuration.app_lock_out is not None:
                held.locked_out = configuration.app_lock_out
        if cash and cash.status and cash.status.initial is not None:
            held.reset_counts(_tally(cash.status.initial))
            if self.world.fills:
                self._fill(held)

    def _fill(self, unit: CashUnit) -> None:
        """Notes for what the counts say is more than there is."""
        there = Counter(note.kind for note in unit.notes)
        for (kind, level), count in (unit.initial - there).items():
            if kind:
                first = self._brought + BROUGHT_FROM
                unit.notes += notes(kind, count, first=first, level=level)
                self._brought += count

    # CashManagement

    @command("CashManagement.GetBankNoteTypes", immediate=True)
    async def get_bank_note_types(self, _request: Request, _: object) -> Reply:
        items = {
            name: {
                "cashItem": {
                    "noteID": kind.note_id,
                    "currency": kind.currency,
                    "value": kind.value,
                    "release": kind.release,
                },
                "enabled": self.enabled[name],
            }
            for name, kind in self.world.types.items()
        }
        return {"items": items}

    @command("CashManagement.GetItemInfo", GetItemInfo, immediate=True)
    async def get_item_info(self, _request: Request, payload: GetItemInfo) -> Reply:
        level = payload.items.level if payload.items else None
        chosen = [note for note in self.last_items if level in {None, note.level}]
        if payload.items and payload.items.index:
            chosen = chosen[payload.items.index - 1 : payload.items.index]
        rows = []
        for note in chosen:
            row: Payload = {
                "level": note.level,
                "orientation": "unknown",
                "signature": b64encode(note.serial.encode()).decode(),
                "onClassificationList": self._listed(note),
                "itemLocation": self._whereabouts(note),
            }
            if note.type:
                row["noteType"] = note.type
            if payload.item_info_type is None or payload.item_info_type.serial_number:
                row["serialNumber"] = note.serial
            rows.append(row)
        return {"itemsList": rows}

    def _listed(self, note: Note) -> str:
        listed = any(e.serial_number == note.serial for e in self._elements())
        return "onClassificationList" if listed else "notOnClassificationList"

    def _whereabouts(self, note: Note) -> str:
        world = self.world
        for name, unit in world.units.items():
            if note in unit.notes:
                return name
        if note in world.stacker:
            return "stacker"
        if note in world.output:
            return "output"
        return "customer" if note in world.customer else "unknown"

    def _elements(self) -> list[ClassificationElement]:
        return self._classification.classification_elements

    def level_of(self, note: Note) -> str:
        """The note's level: the classification list's word for its serial, else its own."""
        for element in self._elements():
            if element.serial_number == note.serial:
                return element.level
        return note.level

    @command("CashManagement.GetClassificationList", immediate=True)
    async def get_classification_list(self, _request: Request, _: object) -> Reply:
        rows = []
        for e in self._elements():
            row: Payload = {"serialNumber": e.serial_number, "level": e.level}
            if e.currency:
                row["currency"] = e.currency
            if e.value is not None:
                row["value"] = e.value
            rows.append(row)
        return {"version": self._classification.version, "classificationElements": rows}

    @command("CashManagement.SetClassificationList", SetClassificationList)
    async def set_classification_list(
        self, _request: Request, payload: SetClassificationList
    ) -> Reply:
        self._classification = payload
        return None

    @command("CashManagement.OpenSafeDoor")
    async def open_safe_door(self, request: Request, _: object) -> Reply:
        await self.step(request, "safe door")
        self.world.set_safe_door(is_open=True)
        return None

    @command("CashManagement.Retract", Retract)
    async def retract(self, request: Request, payload: Retract) -> Reply:
        self.refuse_in_exchange()
        world = self.world
        if payload.retract_area != "retract":
            raise refuse("notRetractArea", "notes are retracted to the retract unit only")
        if not world.output:
            raise refuse("noItems", "there is nothing to retract")
        unit = self.retract_unit()
        await self.step(request, "retract")
        if not world.output:
            raise refuse("itemsTaken", "the notes were taken")
        await self._into_retract_unit(request, unit, world.output)
        world.set_shutter(is_open=False)
        name = next(name for name, each in world.units.items() if each is unit)
        return {"storage": {name: in_payload(unit)}}

    @command("CashManagement.Reset")
    async def reset(self, request: Request, _: object) -> Reply:
        """Bring everything that is neither in a unit nor with the customer to the retract unit."""
        world = self.world
        await self.step(request, "reset")
        if world.jammed:
            raise refuse("cashUnitError", "the jam has to be cleared by hand")
        if world.output or world.input or world.stacker:
            unit = self.retract_unit()
            for place in (world.output, world.input, world.stacker):
                await self._into_retract_unit(request, unit, place)
            found = {"outputPosition": "outDefault", "retractArea": "retract"}
            request.event("CashManagement.MediaDetectedEvent", {"retractArea": found})
        world.set_shutter(is_open=False)
        self.was_reset()
        return None

    def was_reset(self) -> None:
        """Reset has emptied the machine: forget transactions."""

    async def _into_retract_unit(self, request: Request, unit: CashUnit, place: list[Note]) -> None:
        self.last_items = list(place)[:NOTES_REMEMBERED]
        if place:
            unit.retract_operations += 1
        for note in list(place):
            await self.step(request, "retract note")
            if len(unit.notes) >= unit.capacity:
                raise refuse("cashUnitError", "the retract unit is full")
            self.world.retract(note, unit)
        self.world.changed()


def tally_payload(tally: Tally) -> Payload:
    """A tally as the wire has it: by type, then level; unrecognised notes as one number."""
    found: Payload = {}
    for (kind, level), number in sorted(tally.items()):
        if not kind:
            found["unrecognized"] = found.get("unrecognized", 0) + number
        else:
            found.setdefault(kind, {})[level] = number
    return found


def in_payload(unit: CashUnit) -> Payload:
    """What came into a unit, as the wire has it."""
    counts: Payload = {why: tally_payload(unit.came_in.get(why, Counter())) for why in IN}
    return {"retractOperations": unit.retract_operations, **counts}


def _tally(initial: dict[str, int | dict[Level, int]]) -> Tally:
    tally: Tally = Counter()
    for kind, value in initial.items():
        if isinstance(value, int):
            if kind != "unrecognized":
                raise UnsupportedData(f"{kind} is not counted by level")
            tally["", "unrecognized"] += value
        else:
            for level, number in value.items():
                tally[kind, level] += number
    return tally


def _out() -> Payload:
    return {"position": "outDefault", "additionalBunches": "0"}
