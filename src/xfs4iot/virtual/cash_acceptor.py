"""The CashAcceptor interface: cash-in transactions, and moving notes between units."""

from collections import Counter
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from xfs4iot.errors import SequenceError, UnsupportedData
from xfs4iot.messages import Payload
from xfs4iot.server.commands import Parameters, Reply, command
from xfs4iot.server.requests import Request
from xfs4iot.server.service import refuse
from xfs4iot.virtual.cash_device import (
    NOTES_REMEMBERED,
    CashDevice,
    in_payload,
    tally_payload,
)
from xfs4iot.virtual.cash_parameters import Currency
from xfs4iot.virtual.cash_world import CashUnit, Note, Use
from xfs4iot.virtual.storage import Count, UnitName

STACKER_MAX = 200
"""Notes of one cash-in transaction."""


class AmountLimit(Parameters):
    currency: Currency
    value: Annotated[float, Meta(ge=0)] = 0


class CashInStart(Parameters):
    teller_id: Annotated[int, Meta(ge=0)] = msgspec.field(name="tellerID", default=0)
    use_recycle_units: bool = True
    input_position: str = "inDefault"
    output_position: str = "outDefault"
    total_items_limit: Count = 0
    amount_limit: Annotated[list[AmountLimit], Meta(max_length=20)] | None = None


class NoteTypeSetting(Parameters):
    item: Annotated[str, Meta(pattern="^type[0-9A-Z]+$", max_length=40)]
    enabled: bool = True


class ConfigureNoteTypes(Parameters):
    items: Annotated[list[NoteTypeSetting], Meta(max_length=100)]


class CashUnitCount(Parameters):
    units: Annotated[list[UnitName], Meta(max_length=100)] | None = None


class ReplenishTarget(Parameters):
    target: UnitName
    number_of_items_to_move: Count | None = None


class Replenish(Parameters):
    source: UnitName
    replenish_targets: Annotated[list[ReplenishTarget], Meta(min_length=1, max_length=100)]


class DepleteSource(Parameters):
    source: UnitName
    number_of_items_to_move: Count | None = None


class Deplete(Parameters):
    deplete_sources: Annotated[list[DepleteSource], Meta(min_length=1, max_length=100)]
    cash_unit_target: UnitName


class AcceptorPart(CashDevice):
    """Adds CashAcceptor to a cash device."""

    interfaces: ClassVar[tuple[str, ...]] = (*CashDevice.interfaces, "CashAcceptor")
    events: ClassVar[tuple[str, ...]] = (
        *CashDevice.events,
        "CashAcceptor.InsertItemsEvent",
        "CashAcceptor.InputRefuseEvent",
        "CashAcceptor.SubCashInEvent",
    )
    _cash_in: CashInStart | None = None
    _cash_in_state: Literal["ok", "rollback", "active", "retract", "unknown", "reset"] = "ok"
    _refused = 0
    _accepted: Payload = {}  # noqa: RUF012 replaced, never changed

    def status(self) -> dict[str, Payload]:
        world = self.world
        inlet = {"position": "inDefault", **self.position_status(world.input)}
        outlet = {"position": "outDefault", **self.position_status(world.output)}
        own = {
            "intermediateStacker": "notEmpty" if world.stacker else "empty",
            "stackerItems": "noItems" if not world.stacker else "noCustomerAccess",
            "banknoteReader": "ok",
            "dropBox": False,
            "positions": [inlet, outlet],
        }
        return super().status() | {"cashAcceptor": own}

    def capabilities(self) -> dict[str, Payload]:
        own = {
            "type": "selfServiceBill",
            "maxCashInItems": STACKER_MAX,
            "shutter": True,
            "shutterControl": True,
            "intermediateStacker": STACKER_MAX,
            "itemsTakenSensor": True,
            "itemsInsertedSensor": True,
            "positions": {"inCenter": True, "outCenter": True},
            "retractAreas": {"retract": True},
            "cashInLimit": {"byTotalItems": True, "byAmount": True},
            "countActions": {"individual": True, "all": True},
            "counterfeitAction": "none",
        }
        return super().capabilities() | {"cashAcceptor": own}

    def busy_with_customer(self) -> bool:
        return self._cash_in is not None

    def was_reset(self) -> None:
        super().was_reset()
        if self._cash_in is not None or self._cash_in_state == "unknown":
            self._cash_in_state = "reset"
        self._cash_in = None

    def power_lost(self) -> None:
        super().power_lost()
        if self._cash_in is not None:
            self._cash_in, self._cash_in_state = None, "unknown"

    # A cash-in transaction

    def _require_cash_in(self) -> CashInStart:
        self.refuse_in_exchange()
        if self._cash_in is None:
            raise refuse("noCashInActive", "no cash-in transaction is open")
        return self._cash_in

    @command("CashAcceptor.CashInStart", CashInStart)
    async def cash_in_start(self, request: Request, payload: CashInStart) -> Reply:
        self.refuse_in_exchange()
        if self._cash_in is not None:
            raise refuse("cashInActive", "a cash-in transaction is open")
        places = {payload.input_position, payload.output_position}
        if places - {"inDefault", "inCenter", "outDefault", "outCenter"}:
            raise refuse("unsupportedPosition", "the device has one position in the centre")
        if self.world.safe_door_open:
            raise refuse("safeDoorOpen", "the safe door is open")
        if self.world.stacker or self.world.output or self.world.input:
            raise SequenceError("there are notes in the machine; reset it first")
        await self.step(request, "cash in start")
        self._cash_in, self._cash_in_state = payload, "active"
        self._refused, self._accepted, self.last_items = 0, {}, []
        return None

    @command("CashAcceptor.CashIn")
    async def cash_in(self, request: Request, _: object) -> Reply:
        """Open the shutter, take what the customer puts in, keep what can be kept."""
        self._require_cash_in()
        world = self.world
        if world.output:
            raise refuse("positionNotEmpty", "refused notes are still at the output")
        if not world.input:
            world.set_shutter(is_open=True)
            request.event("CashAcceptor.InsertItemsEvent")
            try:
                await self.wait(request, lambda: bool(world.input), want="notes")
            finally:
                if not world.input:
                    world.set_shutter(is_open=False)
            self.broadcast("CashManagement.ItemsInsertedEvent", {"position": "inDefault"})
        world.set_shutter(is_open=False)
        taken: list[Note] = []
        reasons: list[str] = []
        for note in list(world.input):
            await self.step(request, "accept")
            reason = self._why_not(note)
            if reason:
                world.refuse(note)
                self._refused += 1
                reasons.append(reason)
            else:
                note.level = self.level_of(note)
                world.accept(note)
                taken.append(note)
                self._remember()
        for reason in dict.fromkeys(reasons):
            request.event("CashAcceptor.InputRefuseEvent", {"reason": reason})
        if world.output:
            world.set_shutter(is_open=True)
            info = {"position": "outDefault", "additionalBunches": "0"}
            self.broadcast("CashManagement.ItemsPresentedEvent", {"position": info})
        tally = tally_payload(Counter(note.kind for note in taken))
        if taken:
            request.event("CashAcceptor.SubCashInEvent", tally)
        world.changed()
        return tally

    def _remember(self) -> None:
        stacked = self.world.stacker
        self._accepted = tally_payload(Counter(note.kind for note in stacked))
        self.last_items = list(stacked)[:NOTES_REMEMBERED]

    def _why_not(self, note: Note) -> str | None:
        """Why the note is given back; None when it is kept."""
        limits = self._cash_in
        stacked = self.world.stacker
        if note.type not in self.world.types or not self.enabled[note.type]:
            return "invalidBill"
        if self.level_of(note) in {"counterfeit", "suspect"}:
            return "counterfeit"
        if len(stacked) >= STACKER_MAX:
            return "stackerFull"
        if limits and 0 < limits.total_items_limit <= len(stacked):
            return "limitOverTotalItems"
        kind = self.world.types[note.type]
        held = sum(
            self.world.types[each.type].value
            for each in stacked
            if self.world.types[each.type].currency == kind.currency
        )
        for limit in (limits.amount_limit if limits else None) or []:
            if limit.currency == kind.currency and 0 < limit.value < held + kind.value:
                return "limitOverAmount"
        return None if self._unit_for(note, stacked) else "cashInUnitFull"

    def _unit_for(self, note: Note, coming: list[Note]) -> CashUnit | None:
        """The unit the note will go to, with room for those before it."""
        recycle = self._cash_in.use_recycle_units if self._cash_in else True
        uses = (Use.RECYCLE, Use.CASH_IN) if recycle else (Use.CASH_IN,)
        for use in uses:
            for unit in self.world.units.values():
                fits = unit.use is use and unit.type in {None, note.type} and not unit.locked_in
                if use is Use.RECYCLE and note.level != "fit":
                    continue
                if fits and len(unit.notes) + len(coming) < unit.capacity:
                    return unit
        return None

    @command("CashAcceptor.CashInEnd")
    async def cash_in_end(self, request: Request, _: object) -> Reply:
        self._require_cash_in()
        world = self.world
        if world.input or world.output:
            raise refuse("positionNotEmpty", "there are notes within the customer's reach")
        if not world.stacker:
            raise refuse("noItems", "no notes were put in")
        touched: dict[str, CashUnit] = {}
        for note in list(world.stacker):
            await self.step(request, "deposit")
            unit = self._unit_for(note, [])
            if unit is None:
                raise refuse("cashUnitError", "no unit has room")
            world.deposit(note, unit)
            touched[next(name for name, each in world.units.items() if each is unit)] = unit
        self._cash_in, self._cash_in_state = None, "ok"
        world.changed()
        return {"storage": {name: in_payload(unit) for name, unit in touched.items()}}

    @command("CashAcceptor.CashInRollback")
    async def cash_in_rollback(self, request: Request, _: object) -> Reply:
        self._require_cash_in()
        world = self.world
        if world.output:
            raise refuse("positionNotEmpty", "there are notes within the customer's reach")
        if not world.stacker:
            self._cash_in, self._cash_in_state = None, "rollback"
            raise refuse("noItems", "no notes were put in")
        await self.step(request, "present")
        world.present()
        self._cash_in, self._cash_in_state = None, "rollback"
        info = {"position": "outDefault", "additionalBunches": "0"}
        self.broadcast("CashManagement.ItemsPresentedEvent", {"position": info})
        return None

    @command("CashAcceptor.GetCashInStatus", immediate=True)
    async def get_cash_in_status(self, _request: Request, _: object) -> Reply:
        return {
            "status": self._cash_in_state,
            "numOfRefused": self._refused,
            "noteNumberList": self._accepted,
        }

    @command("CashAcceptor.GetPositionCapabilities", immediate=True)
    async def get_position_capabilities(self, _request: Request, _: object) -> Reply:
        shared = {"shutterControl": True, "itemsTakenSensor": True, "itemsInsertedSensor": True}
        inlet = {"position": "inDefault", "usage": {"in": True}, **shared}
        outlet = {"position": "outDefault", "usage": {"refuse": True, "rollback": True}, **shared}
        return {"posCapabilities": [inlet, outlet]}

    @command("CashAcceptor.ConfigureNoteTypes", ConfigureNoteTypes)
    async def configure_note_types(self, _request: Request, payload: ConfigureNoteTypes) -> Reply:
        self._refuse_when_busy()
        for setting in payload.items:
            if setting.item not in self.enabled:
                raise UnsupportedData(f"there is no {setting.item}")
        self.enabled |= {setting.item: setting.enabled for setting in payload.items}
        return None

    # Between units

    def _refuse_when_busy(self) -> None:
        self.refuse_in_exchange()
        if self._cash_in is not None:
            raise refuse("cashInActive", "a cash-in transaction is open")

    def _units(self, *wanted: str) -> list[CashUnit]:
        for name in wanted:
            if name not in self.world.units:
                raise refuse("invalidCashUnit", f"there is no {name}")
        return [self.world.units[name] for name in wanted]

    @command("CashAcceptor.CashUnitCount", CashUnitCount)
    async def cash_unit_count(self, request: Request, payload: CashUnitCount) -> Reply:
        """Count what is really in the units, and start their counters from that."""
        self._refuse_when_busy()
        for unit in self._units(*(payload.units or self.world.units)):
            await self.step(request, "count")
            unit.reset_counts(Counter(note.kind for note in unit.notes))
        self.world.changed()
        return None

    @command("CashAcceptor.Deplete", Deplete)
    async def deplete(self, request: Request, payload: Deplete) -> Reply:
        self._refuse_when_busy()
        (target,) = self._units(payload.cash_unit_target)
        rows, received = [], 0
        for wanted in payload.deplete_sources:
            (source,) = self._units(wanted.source)
            limit = wanted.number_of_items_to_move
            moved = await self._move(request, source, target, limit)
            received += moved
            row: Payload = {"cashUnitSource": wanted.source, "numberOfItemsRemoved": moved}
            rows.append(row | ({"cashItem": source.type} if source.type else {}))
        return {
            "numberOfItemsReceived": received,
            "numberOfItemsRejected": 0,
            "depleteSourceResults": rows,
        }

    @command("CashAcceptor.Replenish", Replenish)
    async def replenish(self, request: Request, payload: Replenish) -> Reply:
        self._refuse_when_busy()
        (source,) = self._units(payload.source)
        rows: list[Payload] = []
        for wanted in payload.replenish_targets:
            (target,) = self._units(wanted.target)
            limit = wanted.number_of_items_to_move
            moved = await self._move(request, source, target, limit)
            if moved:
                row: Payload = {"target": wanted.target, "numberOfItemsReceived": moved}
                rows.append(row | ({"cashItem": target.type} if target.type else {}))
        removed = sum(row["numberOfItemsReceived"] for row in rows)
        reply: Payload = {"replenishTargetResults": rows}
        return reply | ({"numberOfItemsRemoved": removed} if removed else {})

    async def _move(
        self, request: Request, source: CashUnit, target: CashUnit, limit: int | None
    ) -> int:
        """Move notes while the next one fits; give how many."""
        if source is target:
            raise refuse("invalidCashUnit", "source and target are the same")
        moved = 0
        while source.notes and target.room(source.notes[-1]) and moved != limit:
            await self.step(request, "move")
            self.world.transfer(source, target)
            moved += 1
        self.world.changed()
        return moved
