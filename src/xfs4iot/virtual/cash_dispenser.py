"""The CashDispenser interface: denominate, dispense to the stacker, present, reject."""

from collections import Counter
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from xfs4iot import tokens
from xfs4iot.errors import UnsupportedData
from xfs4iot.messages import Payload
from xfs4iot.server.commands import Parameters, Reply, command
from xfs4iot.server.requests import Request
from xfs4iot.server.service import refuse
from xfs4iot.virtual.cash_device import NOTES_REMEMBERED, CashDevice
from xfs4iot.virtual.cash_parameters import Currency
from xfs4iot.virtual.cash_world import CashUnit, Use
from xfs4iot.virtual.mixes import ALGORITHMS, Stock
from xfs4iot.virtual.storage import UnitName

ITEMS_MAX = 200
"""Notes in one dispense."""
MIXES = {"mix1": "minimumBills", "mix2": "equalEmptying"}
Positions = Literal[
    "outDefault", "outCenter", "outLeft", "outRight", "outTop", "outBottom", "outFront", "outRear"
]


class Denomination(Parameters):
    currencies: dict[Currency, Annotated[float, Meta(gt=0, le=10_000_000)]] | None = None
    values: dict[UnitName, Annotated[int, Meta(ge=1, le=ITEMS_MAX)]] | None = None
    cash_box: dict[str, float] | None = None


class Denominate(Parameters):
    denomination: Denomination
    mix: Annotated[str, Meta(max_length=40)] | None = None
    teller_id: int | None = msgspec.field(name="tellerID", default=None)


class Dispense(Parameters):
    denomination: Denominate
    position: Positions = "outDefault"
    token: Annotated[str, Meta(max_length=1_024)] | None = None


class Present(Parameters):
    position: Positions = "outDefault"


class Count(Parameters):
    unit: Annotated[str, Meta(pattern="^(all|unit[0-9A-Za-z]+)$", max_length=40)] = "all"
    position: Positions | None = None


class DispenserPart(CashDevice):
    """Adds CashDispenser to a cash device."""

    interfaces: ClassVar[tuple[str, ...]] = (*CashDevice.interfaces, "CashDispenser")
    events: ClassVar[tuple[str, ...]] = (
        *CashDevice.events,
        "CashDispenser.StartDispenseEvent",
        "CashDispenser.IncompleteDispenseEvent",
    )
    token_key: bytes | None = None
    """The key of end-to-end security, shared with the host; None where it is not configured."""
    _presented: Payload | None = None
    """What the last Dispense made, and whether the customer was shown it."""
    _present_state = "notPresented"

    def status(self) -> dict[str, Payload]:
        position = {"position": "outDefault", **self.position_status(self.world.output)}
        own = {
            "intermediateStacker": "notEmpty" if self.world.stacker else "empty",
            "positions": [position],
        }
        status = super().status() | {"cashDispenser": own}
        status["common"]["endToEndSecurity"] = "enforced" if self.token_key else "notConfigured"
        return status

    def capabilities(self) -> dict[str, Payload]:
        own = {
            "type": "selfServiceBill",
            "maxDispenseItems": ITEMS_MAX,
            "shutterControl": True,
            "retractAreas": {"retract": True},
            "intermediateStacker": True,
            "itemsTakenSensor": True,
            "positions": {"center": True},
            "moveItems": {"toStacker": True},
        }
        capabilities = super().capabilities() | {"cashDispenser": own}
        capabilities["common"]["endToEndSecurity"] = {
            "required": "ifConfigured",
            "hardwareSecurityElement": False,
            "responseSecurityEnabled": "notSupported",
            "commands": ["CashDispenser.Dispense"],
            "commandNonceTimeout": self.nonce_timeout_ms // 1_000,
        }
        return capabilities

    # Denominating

    @command("CashDispenser.GetMixTypes", immediate=True)
    async def get_mix_types(self, _request: Request, _: object) -> Reply:
        mixes = {
            mix: {"type": "algorithm", "algorithm": algorithm, "name": algorithm}
            for mix, algorithm in MIXES.items()
        }
        return {"mixes": mixes}

    @command("CashDispenser.Denominate", Denominate)
    async def denominate(self, _request: Request, payload: Denominate) -> Reply:
        self.refuse_in_exchange()
        return self._reply(self._notes_for(payload))

    def _reply(self, values: dict[str, int]) -> Payload:
        amounts: Counter[str] = Counter()
        for name, number in values.items():
            kind = self.world.types[self.world.units[name].type or ""]
            amounts[kind.currency] += kind.value * number
        return {"currencies": dict(amounts), "values": values}

    def _notes_for(self, wanted: Denominate) -> dict[str, int]:
        """How many notes of which unit. Raises the CommandErrorCode that says why not."""
        asked = wanted.denomination
        if asked.cash_box:
            raise refuse("noCashBoxPresent", "the device has no cash box")
        if wanted.mix is None:
            return self._as_asked(asked)
        if wanted.mix not in MIXES:
            raise refuse("invalidMixNumber", f"there is no {wanted.mix}")
        if not asked.currencies or len(asked.currencies) > 1:
            raise refuse("invalidDenomination", "a mix needs an amount in one currency")
        currency, amount = next(iter(asked.currencies.items()))
        if currency not in {kind.currency for kind in self.world.types.values()}:
            raise refuse("invalidCurrency", f"there is no {currency}")
        stocks = [
            Stock(name, self.world.types[unit.type].value, unit.count)
            for name, unit in self._sources().items()
            if unit.type and self.world.types[unit.type].currency == currency
        ]
        if amount != int(amount):
            raise refuse("notDispensable", "there are no such coins")
        values = ALGORITHMS[MIXES[wanted.mix]](int(amount), stocks, ITEMS_MAX)
        if values is None:
            highest = max((stock.value for stock in stocks if stock.count), default=0)
            if highest and amount / highest > ITEMS_MAX:
                raise refuse("tooManyItems", f"more than {ITEMS_MAX} notes")
            raise refuse("notDispensable", f"{currency} {int(amount)} cannot be made up")
        return values

    def _as_asked(self, asked: Denomination) -> dict[str, int]:
        """Without a mix the client says how many notes of which unit."""
        values = asked.values or {}
        if not values:
            raise refuse("invalidDenomination", "neither a mix nor notes are given")
        if sum(values.values()) > ITEMS_MAX:
            raise refuse("tooManyItems", f"more than {ITEMS_MAX} notes")
        sources = self._sources()
        for name, number in values.items():
            if name not in sources or sources[name].count < number:
                raise refuse("cashUnitError", f"{name} cannot give {number} notes")
        given = self._reply(values)["currencies"]
        if asked.currencies and dict(asked.currencies) != given:
            raise refuse("invalidDenomination", "the notes do not come to the amount")
        return dict(values)

    def _sources(self) -> dict[str, CashUnit]:
        return {
            name: unit
            for name, unit in self.world.units.items()
            if unit.use in {Use.RECYCLE, Use.CASH_OUT} and unit.type and not unit.locked_out
        }

    # Dispensing

    def _authorise(self, token: str | None, values: dict[str, int]) -> None:
        """With a token key, cash is paid out against a token only, and each nonce serves once."""
        if self.token_key is None:
            return
        amounts = {
            currency: Decimal(amount)
            for currency, amount in self._reply(values)["currencies"].items()
        }
        tokens.authorise(token, self.nonce, amounts, self.token_key)
        self.clear_nonce("the nonce was used")

    @command("CashDispenser.Dispense", Dispense)
    async def dispense(self, request: Request, payload: Dispense) -> Reply:
        self.refuse_in_exchange()
        world = self.world
        if payload.position not in {"outDefault", "outCenter"}:
            raise refuse("unsupportedPosition", f"there is no {payload.position}")
        if world.stacker or world.output or self.busy_with_customer():
            raise refuse("itemsLeft", "there are notes in the machine")
        values = self._notes_for(payload.denomination)
        self._authorise(payload.token, values)
        self._present_state, self._presented = "notPresented", None
        request.event("CashDispenser.StartDispenseEvent")
        picked: Counter[str] = Counter()
        for name, number in values.items():
            for _ in range(number):
                await self.step(request, "pick")
                await self._pick(request, name, picked)
        self._presented = self._reply(values)
        self.last_items = list(world.stacker)[:NOTES_REMEMBERED]
        world.changed()
        return {"denomination": self._presented, "bunches": "1"}

    async def _pick(self, request: Request, name: str, picked: Counter[str]) -> None:
        try:
            self.world.pick(self.world.units[name])
        except ValueError:
            # The counter promised a note that is not there.
            if picked:
                incomplete = self._reply(dict(picked))
                request.event("CashDispenser.IncompleteDispenseEvent", incomplete)
            unit = {name: self.storage()[name]}
            self.broadcast("Storage.StorageErrorEvent", {"failure": "empty", "unit": unit})
            raise refuse("cashUnitError", f"{name} is empty against its counter") from None
        picked[name] += 1

    @command("CashDispenser.Present", Present)
    async def present(self, request: Request, payload: Present) -> Reply:
        self.refuse_in_exchange()
        if payload.position not in {"outDefault", "outCenter"}:
            raise refuse("unsupportedPosition", f"there is no {payload.position}")
        if not self.world.stacker or self.busy_with_customer():
            raise refuse("noItems", "there is nothing to present")
        await self.step(request, "present")
        self.world.present()
        self._present_state = "presented"
        info = {"position": "outDefault", "additionalBunches": "0"}
        self.broadcast("CashManagement.ItemsPresentedEvent", {"position": info})
        return info

    @command("CashDispenser.Reject")
    async def reject(self, request: Request, _: object) -> Reply:
        self.refuse_in_exchange()
        if not self.world.stacker or self.busy_with_customer():
            raise refuse("noItems", "there is nothing to reject")
        unit = self.retract_unit()
        for note in list(self.world.stacker):
            await self.step(request, "reject")
            self.world.reject(note, unit)
        self.world.changed()
        return None

    @command("CashDispenser.GetPresentStatus", immediate=True)
    async def get_present_status(self, _request: Request, _: object) -> Reply:
        reply: Payload = {"presentState": self._present_state}
        if self._presented:
            reply["denomination"] = self._presented
        return reply

    @command("CashDispenser.Count", Count)
    async def count(self, request: Request, payload: Count) -> Reply:
        """Empty units into the retract unit, counting every note."""
        self.refuse_in_exchange()
        sources = self._sources()
        if payload.unit != "all" and payload.unit not in sources:
            raise UnsupportedData(f"{payload.unit} cannot be counted")
        target = self.retract_unit()
        reply: Payload = {}
        for name, unit in sources.items():
            if payload.unit not in {"all", name}:
                continue
            expected, moved = unit.count, 0
            while unit.notes:
                await self.step(request, "count")
                if len(target.notes) >= target.capacity:
                    raise refuse("cashUnitError", "the retract unit is full")
                self.world.transfer(unit, target, "rejected")
                moved += 1
            if moved:
                reply[name] = {
                    "dispensed": max(expected, 1),
                    "counted": moved,
                    "replenishmentStatus": unit.level(),
                    "status": "ok",
                }
        return {"countedCashUnits": reply}

    @command("CashDispenser.PrepareDispense")
    async def prepare_dispense(self, request: Request, _: object) -> Reply:
        await self.step(request, "prepare")
        return None

    def power_lost(self) -> None:
        super().power_lost()
        if self._present_state == "notPresented" and self.world.stacker:
            self._present_state = "unknown"
