"""Walks a scenario as its customer would, at one terminal, over HTTP."""

import asyncio
import datetime as dt
from typing import Any

from tests.journeys.conftest import Terminal
from tests.journeys.scenarios.cases import Case, Mine, card_of
from tests.journeys.scenarios.hall import HOPPER, KIOSK, NEW_PIN, PEOPLE, TELLER, Hall
from tingtang.bank.pins import DEMO_PIN
from tingtang.bank.reference.people import Person
from tingtang.delivery.model.kinds import How, ItemKind
from tingtang.delivery.orders import Receiver
from tingtang.delivery.service import NewOrder
from tingtang.journeys.model.scenario import Channel
from tingtang.journeys.model.state import OVER
from tingtang.kernel.ids import BranchId, JourneyId

Data = dict[str, Any]
SIGNATURE = "M10 10 L200 120"
PICTURE = "/9j/4AAQSkZJRg=="
STEPS_MAX = 60
WAITS_MAX = 20_000
EAST = BranchId("east")


async def prepare(hall: Hall, name: str, case: Case) -> tuple[Mine, Data]:
    """A customer with what must have been before, and what they will say."""
    me = Mine(hall, await hall.welcome(case.who))
    for trade, fields in case.before(me):
        await hall.do(trade, **fields)
    one = me.one
    says: Data = {
        "id_kind": one.id_kind.value, "id_number": one.id_number, "permit_number": one.id_number,
        "name": one.name, "code": "0000", "medium": case.by, **case.says(me),
    }  # fmt: skip
    if name == "item_pickup":
        says["order"], says["code"] = await _ordered(hall, one)
    return me, says


async def _ordered(hall: Hall, one: Person) -> tuple[str, str]:
    """A card that waits in the dispenser."""
    receiver = Receiver(id_number=one.id_number, name=one.name, phone=one.phone)
    new = NewOrder(
        kind=ItemKind.CARD, how=How.DISPENSER, receiver=receiver, is_trade_done=True, traders=(),
        trace="", device="east-dispenser",
    )  # fmt: skip
    return await hall.items.order(EAST, new, f"terminal:{KIOSK}", f"order-{one.customer}")


def arrive(hall: Hall, me: Mine, case: Case) -> None:
    """Bring papers, cash and book to the kiosk."""
    visitor, one = hall.visitor, me.one
    visitor.paper, visitor.cash, visitor.pin = one, case.cash, DEMO_PIN
    visitor.book = me.account(case.book) if case.book else ""
    visitor.card = card_of(me)


def answer(screen: Data, says: Data, hall: Hall) -> Data:
    """What somebody says who wants what ``says`` has; all else as it is offered."""
    step = screen["step"].rpartition("#")[0]
    if step == "shared_blank/taken":
        return {"number": _next_blank(hall, screen)}
    found = {view["name"]: _value(view, says) for view in screen["fields"]}
    return {name: value for name, value in found.items() if value is not None}


def typed(one: Person) -> Data:
    """What is typed off the paper that is at hand."""
    return {"id_number": one.id_number, "name": one.name, "permit_number": one.id_number}


def _next_blank(hall: Hall, screen: Data) -> str:
    """A teller takes the next blank out of the drawer."""
    kinds = {"存折": "passbook", "对账簿": "statement_book", "U盾": "token", "银行卡": "debit_card"}
    words = " ".join(
        [screen["title"]["zh"], *(x["zh"] for x in screen["texts"])]
        + [view["label"]["zh"] for view in screen["fields"]]
    )
    kind = next(kind for zh, kind in kinds.items() if zh in words)
    ranges = [
        x
        for x in hall.books.store.ledger.records["VoucherRange"].values()
        if getattr(x, "kind", "") == kind and x.customer != HOPPER
    ]
    return min(str(getattr(x, "first", "")) for x in ranges)


def _value(view: Data, says: Data) -> Any:
    offered = [one["value"] for one in view["options"]]
    if offered == ["again", "type"]:
        return "type"  # what has no chip is not laid on the reader twice
    said = says.get(view["name"])
    if said is not None and (not offered or _within(said, offered)):
        return said
    match view["kind"]:
        case "choice":
            return view["value"] if view["value"] in offered else offered[0]
        case "choices":
            return view["value"] or offered[:1]
        case "yes":
            return True
        case "signature":
            return SIGNATURE
        case "photo":
            return PICTURE
        case "date" if view["required"]:
            return (dt.date(2026, 11, 18) + dt.timedelta(days=2)).isoformat()
        case "amount" | "number":
            return view["value"] or view["least"] or 100_00
    return view["value"]


def _within(said: Any, offered: list[Any]) -> bool:
    return set(said) <= set(offered) if isinstance(said, list) else said in offered


class Walk:
    """One journey from its start to its end, on ``channel``: where a PIN is wanted it goes on at the
    kiosk, and what staff do a teller takes over.
    """

    def __init__(
        self, hall: Hall, kiosk: Terminal, says: Data, channel: Channel = Channel.KIOSK
    ) -> None:
        self.hall, self.kiosk, self.says, self.channel = hall, kiosk, says, channel
        self.terminal = kiosk
        self.seats: set[str] = set()
        """The channels that its screens were answered on."""
        self.steps: list[str] = []
        self.seen: list[Data] = []
        """Screens, as they were shown."""

    async def run(self, name: str, until: str = "") -> Data:
        """Begin it and go on until it is over, or a step is ``until``; gives the last view."""
        return await self.go_on(await self.settled(await self._begin(name)), until)

    async def go_on(self, view: Data, until: str = "") -> Data:
        """The same with one that was begun."""
        while view["status"] not in OVER:
            if view["refusal"] is not None and view["refusal"]["code"] == until:
                return view
            assert len(self.steps) < STEPS_MAX, self.steps
            assert view["refusal"] is None, (view["scenario"], self.steps, view["refusal"])
            assert view["screen"] is not None, (self.steps, view)
            view = await self._where_it_can_be_answered(view)
            screen = view["screen"]
            if until and screen["step"].rpartition("#")[0] == until:
                return view
            self.seats.add(view["channel"])
            self.seen.append(screen)
            self.steps.append(screen["step"].rpartition("#")[0])
            if self.steps[-1] == "shared_guardian/ask_guardian":
                guardian = self.hall.visitor.paper.guardian
                self.hall.visitor.paper = next(x for x in PEOPLE if x.customer == guardian)
            values = answer(screen, self.says | typed(self.hall.visitor.paper), self.hall)
            view = await self.settled(await self.terminal.answer(view, **values))
        return view

    async def _begin(self, name: str) -> Data:
        if self.channel in (Channel.PAD, Channel.COUNTER):
            self.terminal = await self._teller()
            return await self.terminal.begin(name, channel=self.channel)
        view = await self.kiosk.begin(name)
        if self.channel is Channel.PHONE:
            code = (await self.kiosk.do(view, "code")).json()["code"]
            self.terminal = Terminal(self.hall.world.bearer(code))
            view = (await self.terminal.do(view, "here")).json()
        return view

    async def _teller(self) -> Terminal:
        return Terminal(await self.hall.world.as_staff(TELLER))

    async def _where_it_can_be_answered(self, view: Data) -> Data:
        screen, here = view["screen"], view["channel"]
        if screen["actor"] == "staff" and here not in ("pad", "counter"):
            about = self.hall.journeys.library.about(view["scenario"])
            at = Channel.COUNTER if Channel.COUNTER in about.channels else Channel.PAD
            self.terminal = await self._teller()
            return (await self.terminal.do(view, f"here?channel={at}")).json()
        if screen["step"].rpartition("#")[0].endswith("pin/move") and here != "kiosk":
            digits = (await self.terminal.do(view, "code")).json()["digits"]
            self.terminal = self.kiosk
            answer = await self.kiosk.http.post("/api/journeys/take", json={"code": digits})
            assert answer.status_code == 201, answer.text
            return answer.json()
        return view

    async def settled(self, view: Data) -> Data:
        """Do what people do meanwhile, until nothing is under way."""
        store, journey = self.hall.journeys.store, JourneyId(view["journey"])
        for _ in range(WAITS_MAX):
            opened = await store.get(journey)
            if not opened.journey.pending:
                self.hall.visitor.collect()
                return await self.terminal.see(view)
            for pending in opened.journey.pending.values():
                is_new = pending.step.startswith("shared_new_pin/")
                self.hall.visitor.pin = NEW_PIN if is_new else DEMO_PIN
                if pending.action == "authorise":
                    await self.hall.say_yes(pending.trace)
                if pending.action == "centre.work":
                    await self.hall.do_work(pending.trace)
                if pending.action in ("machine.return_card", "machine.return_book"):
                    self.hall.visitor.take_back()
            self.hall.visitor.act()
            await asyncio.sleep(0.002)
        raise AssertionError(f"still at work: {opened.journey.pending}")

    @property
    def told(self) -> str:
        """What stood on the receipts."""
        receipts = [one for one in self.seen if one["kind"] == "receipt"]
        return " ".join(
            x
            for one in receipts
            for x in (one["title"]["zh"], *(row["value"]["zh"] for row in one["rows"]))
        )
