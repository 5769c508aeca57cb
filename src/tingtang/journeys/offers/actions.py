"""``offer.about``, ``offer.make`` and ``offer.answer``: what the table asks, and what came of it.

Between the first two stands the table ``next_offer``: the scenario evaluates it, so that head office
edits who is offered what without code. Nobody is offered anything who has not consented to marketing.
"""

import datetime as dt
from typing import Any

from tingtang.bank.service import LOOKUPS, BankDeclined, BankUnknown, CoreBank, FindCustomer
from tingtang.customers.model import Purpose
from tingtang.customers.service import CustomerService
from tingtang.journeys.actions import Action, Actions, Call, Declined, Done, Result
from tingtang.journeys.library import Library
from tingtang.journeys.offers import model as m
from tingtang.journeys.offers.settings import OfferSettings
from tingtang.kernel.clock import Clock, local_date
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import CustomerId
from tingtang.kernel.log import Answered as AnsweredBefore
from tingtang.kernel.log import Append, EventLog, Key
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory

NOT_NOW = Text("本次不作推荐", "Nothing is offered now")
YES_ZH, YES_EN = "好的，接着办理", "Yes, go on to it"
NO_ZH, NO_EN = "不用了，谢谢", "No, thank you"
NO_CONSENT, NOBODY, OFF, RESTING, UNREACHABLE = (
    "no_consent", "not_known", "offers_off", "resting", "bank_unreachable",
)  # fmt: skip


def stream_of(customer: CustomerId) -> str:
    return f"offer/{customer}"


class OfferActions:
    """Offers them to scenarios."""

    def __init__(
        self,
        log: EventLog,
        clock: Clock,
        bank: CoreBank,
        customers: CustomerService,
        directory: Directory,
        library: Library,
    ) -> None:
        self._log, self._clock, self._bank = log, clock, bank
        self._customers, self._directory, self._library = customers, directory, library

    def register(self, actions: Actions) -> None:
        customer = Text("核心客户号", "The bank's number of the customer")
        moment = Text("刚办完的业务", "The business just done")
        actions.register(
            Action(
                name="offer.about",
                about=Text("查询推荐条件", "What the table of offers asks of a customer"),
                perform=self.about,
                has_effect=False,
                inputs={"customer": customer},
                gives={
                    "age": Text("年龄", "Age"),
                    "risk_level": Text("风险评估等级，0 为未评估", "Risk level; 0: not assessed"),
                    "holds": Text("已有业务", "What they have already"),
                },
            ),
            Action(
                name="offer.make",
                about=Text("至多推荐一项", "Offer one thing at most"),
                perform=self.make,
                inputs={
                    "moment": moment,
                    "scenario": Text("表中的业务", "The table's column of scenarios"),
                    "zh": Text("中文名", "Chinese names"),
                    "en": Text("英文名", "English names"),
                    "why_zh": Text("中文理由", "Why, in Chinese"),
                    "why_en": Text("英文理由", "Why, in English"),
                },
                gives={
                    "scenario": Text("推荐的业务，空为不推荐", "What is offered; empty: nothing"),
                    "options": Text("选项", "The two answers"),
                },
            ),
            Action(
                name="offer.answer",
                about=Text("记录客户的回答", "Keep the customer's answer"),
                perform=self.answer,
                inputs={
                    "moment": moment,
                    "offer": Text("推荐的业务", "What was offered"),
                    "accepted": Text("是否接受", "Whether they said yes"),
                },
                gives={"next": Text("接着办理的业务", "What is done next; empty: nothing")},
            ),
        )

    async def about(self, call: Call) -> Result:
        """Refused wherever nothing may be offered; the scenario then ends without a word of it."""
        refused = await self._may_not(call)
        if refused:
            return Declined(refused, NOT_NOW)
        customer = str(call.inputs.get("customer") or "")
        try:
            holds = await self._holdings(customer)
            who = await self._bank.look(FindCustomer(id_number=_id_number(call)))
        except (BankDeclined, BankUnknown):
            return Declined(UNREACHABLE, NOT_NOW)
        return Done(
            {
                "age": m.age(str(who.get("birth_date", "")), self._today(call)),
                "risk_level": _current_level(who, self._today(call)),
                "holds": holds,
            }
        )

    async def make(self, call: Call) -> Result:
        """The first row that fits and was not declined; kept as made, once a trace."""
        if call.customer is None:
            return Declined(NOBODY, NOT_NOW)
        settings = self._directory.section(call.branch, OfferSettings)
        terminal = call.known.get("terminal") or {}
        modules = frozenset(terminal.get("modules") or ()) if terminal.get("has_machine") else None
        found = m.choose(
            m.rows_of(call.inputs), await self._before(call.customer),
            {one.id: one for one in self._library.offered()},
            own=call.scenario, channel=call.channel, modules=modules,
            now_ms=self._clock.now_ms(), quiet_days=settings.quiet_days,
        )  # fmt: skip
        if found is None:
            return Declined("nothing_fits", NOT_NOW)
        await self._keep(
            call,
            m.OfferMade(
                customer=call.customer, journey=call.journey, moment=_moment(call),
                offer=found.scenario, channel=call.channel,
            ),
        )  # fmt: skip
        return Done(
            {
                "scenario": found.scenario,
                "zh": found.name.zh, "en": found.name.en,
                "why_zh": found.why.zh, "why_en": found.why.en,
                "options": [
                    {"value": found.scenario, "zh": YES_ZH, "en": YES_EN},
                    {"value": m.NOTHING, "zh": NO_ZH, "en": NO_EN},
                ],
            }
        )  # fmt: skip

    async def answer(self, call: Call) -> Result:
        """Kept once a trace; yes gives what is begun next."""
        offer = str(call.inputs.get("offer") or "")
        if call.customer is None or not offer:
            return Declined(NOBODY, NOT_NOW)
        accepted = call.inputs.get("accepted") is True
        await self._keep(
            call,
            m.OfferAnswered(
                customer=call.customer, journey=call.journey, moment=_moment(call),
                offer=offer, accepted=accepted,
            ),
        )  # fmt: skip
        return Done({"next": offer if accepted else ""})

    # -- parts ----------------------------------------------------------------------------------

    async def _may_not(self, call: Call) -> str:
        settings = self._directory.section(call.branch, OfferSettings)
        if not settings.is_on:
            return OFF
        if call.customer is None:
            return NOBODY
        try:
            await self._customers.require_consent(call.customer, Purpose.MARKETING)
        except Refused:
            return NO_CONSENT
        before = await self._before(call.customer)
        return RESTING if m.is_resting(before, self._clock.now_ms(), settings.rest_days) else ""

    async def _holdings(self, customer: str) -> list[str]:
        """What they have already, in the words that the table asks by."""
        found: list[str] = []
        for code, (name, key) in HELD.items():
            try:
                data = await self._bank.look(LOOKUPS[name](customer=customer))
            except BankDeclined:
                continue  # e-banking that was never opened is nothing held
            found += [code] if data.get(key) else []
            if code == "debit":
                found += _kinds(data)
        return sorted(set(found))

    async def _before(self, customer: CustomerId) -> list[m.Answered]:
        recorded = await self._log.read_stream(stream_of(customer))
        return [
            m.Answered(one.event.offer, one.event.accepted, one.time_ms)
            for one in recorded
            if isinstance(one.event, m.OfferAnswered)
        ]

    async def _keep(self, call: Call, event: m.OfferMade | m.OfferAnswered) -> None:
        events: list[Event] = [event]
        try:
            await self._log.append(
                Append(
                    stream=stream_of(event.customer), branch=call.branch, events=events,
                    time_ms=self._clock.now_ms(), actor=call.holder,
                    key=Key(f"offer:{call.trace}", ""),
                )
            )  # fmt: skip
        except AnsweredBefore:
            return

    def _today(self, call: Call) -> dt.date:
        zone = self._directory.branch(call.branch).time_zone
        return dt.date.fromisoformat(local_date(self._clock.now_ms(), zone))


HELD = {
    "ebank": ("ebank.read", "channels"),
    "token": ("ebank.read", "tokens"),
    "quickpay": ("quickpay.list", "agreements"),
    "term": ("term.list", "deposits"),
    "debit": ("cards.list", "cards"),
}
"""By the word of the table: which look-up tells of it, and where."""


def _kinds(data: dict[str, Any]) -> list[str]:
    return [str(one.get("kind")) for one in data.get("cards") or ()]


def _moment(call: Call) -> str:
    return str(call.inputs.get("moment") or call.scenario)[:80]


def _id_number(call: Call) -> str:
    identity = call.known.get("identity") or {}
    return str(identity.get("id_number") or "")


def _current_level(who: dict[str, Any], today: dt.date) -> int:
    """An assessment that has run out is none."""
    until = str(who.get("risk_until") or "")
    return int(who.get("risk_level") or 0) if until >= today.isoformat() else 0
