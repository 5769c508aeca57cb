"""What scenarios may ask of the bank behind: trades, look-ups, who a customer is, the identity check.

The trace of a call is the bank's trace. What is not known to have been done is asked after under
the same trace before it is asked for again, so that a trade is in the books once or not at all.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from tingtang.bank.service import (
    COVERED,
    LOOKUPS,
    TRADES,
    WORDS,
    Agent,
    BankDeclined,
    BankUnknown,
    Booking,
    CheckPin,
    CheckToken,
    CoreBank,
    FindCustomer,
    IdentityCheck,
    IdentityUnknown,
    IdKind,
    Lookup,
    TradeDone,
)
from tingtang.customers.model import By, Details, Facts
from tingtang.customers.service import CustomerService
from tingtang.journeys.actions import Action, Actions, Call, Declined, Done, Result, Unclear
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import CustomerId
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.text import Text

UNREACHABLE = Text(
    "暂时联系不上银行系统，请稍后再试或请工作人员协助",
    "The bank cannot be reached just now; try again in a moment or ask our staff",
)
ASK_ANEW = Text(
    "系统曾中断，本次交易未办理，请重新输入密码后再试",
    "The system was interrupted and nothing was done; enter the PIN again and retry",
)
NOT_ASKED = Text(
    "联网核查暂无应答，结果未知；请由工作人员核对证件",
    "The identity check gave no answer; staff must look at the paper itself",
)
NOT_COVERED = Text(
    "该证件不在联网核查范围内，请由工作人员核对",
    "The identity check does not know papers of this kind; staff must look at it",
)
SCENARIO_WRONG = Text("业务流程配置有误（{reason}）", "The scenario is not right ({reason})")
AGENT = "agent"
"""The input of ``bank.trade`` that names whoever acts for the customer: {name, id_kind, id_number}."""
WHO = {
    "customer": Text("核心客户号", "The bank's number of the customer"),
    "name": Text("姓名", "Name"),
    "record": Text("厅堂客户编号", "The hall's record"),
}
"""What is known once it was found out who it is, however that was."""
UNKNOWN, NOT_APPLICABLE = "unknown", "not_applicable"
"""Results of ours beside those of the register."""


class BankActions:
    """The actions, over the ports."""

    def __init__(self, bank: CoreBank, identity: IdentityCheck, customers: CustomerService) -> None:
        self._bank, self._identity, self._customers = bank, identity, customers

    # -- trades ---------------------------------------------------------------------------------

    async def trade(self, call: Call) -> Result:
        """Do a trade once."""
        try:
            if call.again:
                done = await self._bank.query(call.trace)
                if done is not None:
                    return _done(done)
            agent = _agent(call.inputs)
            trade = _asked(call.inputs, "trade", TRADES)
            if isinstance(agent, Declined):
                return agent
            if call.again and (isinstance(trade, Declined) or _lost_secret(call.inputs)):
                return await self._close(call)
            if _lost_secret(call.inputs):
                # The power was lost between the PIN and the trade: no money moves without it.
                return Declined("asked_anew", ASK_ANEW)
            if isinstance(trade, Declined):
                return trade
            # What the bank has never seen may still be on its way: under the same trace it is the
            # same trade.
            return _done(await self._bank.trade(trade, booking(call, agent)))
        except BankDeclined as declined:
            if declined.code == "trace_used":
                # It was done meanwhile, as it was asked for at first.
                return Unclear()
            return Declined(declined.code, declined.words)
        except BankUnknown:
            return Unclear()

    async def _close(self, call: Call) -> Result:
        """A PIN is never written down, so after a crash it cannot be sent again. The trace is closed
        instead: whatever is still on its way, the trade is not in the books, and the customer may
        begin it anew.
        """
        own = msgspec.structs.replace(booking(call), trace=f"{call.trace}-close")
        await self._bank.reverse(call.trace, own, "asked again without its PIN")
        return Declined("asked_anew", ASK_ANEW)

    async def reverse(self, call: Call) -> Result:
        """Take a trade back, by its trace; reversing twice reverses once."""
        trace = str(call.inputs.get("trace") or "")
        reason = str(call.inputs.get("reason") or call.step)
        if not trace:
            return _wrong("trace")
        try:
            return _done(await self._bank.reverse(trace, booking(call), reason))
        except BankDeclined as declined:
            return Declined(declined.code, declined.words)
        except BankUnknown:
            return Unclear()

    # -- reading --------------------------------------------------------------------------------

    async def look(self, call: Call) -> Result:
        """Read something; where the bank cannot be reached the customer is told at once, since
        nothing hangs on it.
        """
        lookup = _asked(call.inputs, "lookup", LOOKUPS)
        if isinstance(lookup, Declined):
            return lookup
        return await self._look(lookup)

    async def _look(self, lookup: Lookup) -> Done | Declined:
        try:
            return Done(await self._bank.look(lookup))
        except BankDeclined as declined:
            return Declined(declined.code, declined.words)
        except BankUnknown:
            return Declined("bank_unreachable", UNREACHABLE)

    async def find_customer(self, call: Call) -> Result:
        """Who it is, in the bank and in the hall. Somebody the hall has not met is registered."""
        try:
            lookup = msgspec.convert(_given(call.inputs), FindCustomer)
        except msgspec.ValidationError as error:
            return _wrong(str(error))
        found = await self._look(lookup)
        if isinstance(found, Declined):
            return found
        record = await self._link(call, found.data, lookup.card)
        return Done({**found.data, "record": record or ""}, customer=record)

    async def check_medium(self, call: Call) -> Result:
        """Who put in a card or a book, shown by its PIN: checked once, wrong tries are counted. Or who
        plugged in a U盾, shown by what it signed.
        """
        is_token = call.inputs.get("certificate") is not None
        inputs = {**call.inputs, "trade": CheckToken.name if is_token else CheckPin.name}
        checked = await self.trade(msgspec.structs.replace(call, inputs=inputs))
        if not isinstance(checked, Done):
            return checked
        by = {key: call.inputs.get(key) or "" for key in ("card", "account")}
        if is_token:
            by = {"token": str(checked.data.get("token") or "")}
        return await self.find_customer(msgspec.structs.replace(call, inputs=by))

    async def _link(self, call: Call, data: Mapping[str, Any], card: str) -> CustomerId | None:
        """Our record of the bank's customer: by citizen's number or card, which are one person's,
        never by phone, which may have had another owner.
        """
        id_number = str(data["id_number"]) if data["id_kind"] in COVERED else ""
        for by, value in ((By.ID_NUMBER, id_number), (By.CARD, card)):
            if not value:
                continue
            try:
                return (await self._customers.identify(call.branch, by, value, SYSTEM)).id
            except Refused:
                continue
        return await self._register(call, data, id_number, card)

    async def _register(
        self, call: Call, data: Mapping[str, Any], id_number: str, card: str
    ) -> CustomerId | None:
        cards = (card,) if card else ()
        facts = Facts(id=CustomerId(""), branch=call.branch)
        for phone in (str(data["phone"]), ""):
            # A phone that another record bears already is left out.
            details = Details(name=data["name"], phone=phone, id_number=id_number, cards=cards)
            if not (phone or id_number or cards):
                return None
            try:
                return await self._customers.save(facts, details, SYSTEM, is_new=True)
            except Refused:
                continue
        return None

    # -- identity -------------------------------------------------------------------------------

    async def check_identity(self, call: Call) -> Result:
        """What the register of citizens says: a reference. Without an answer, or of a paper it does
        not know, the result says so, and the scenario goes on to somebody who looks at the paper.
        """
        kind, name = call.inputs.get("id_kind"), str(call.inputs.get("name") or "")
        number = str(call.inputs.get("id_number") or "").strip().upper()
        if kind is not None and kind not in {one.value for one in IdKind}:
            return _wrong("id_kind")
        if kind is not None and kind not in COVERED:
            return _said(NOT_APPLICABLE, NOT_COVERED)
        try:
            checked = await self._identity.check(number, name, call.holder)
        except IdentityUnknown:
            return _said(UNKNOWN, NOT_ASKED)
        words = WORDS[checked.result]
        data = {"issuer": checked.issuer, "photo": checked.photo, "matches": checked.matches}
        return _said(checked.result.value, words, data)

    def register(self, actions: Actions) -> None:
        """Offer them to scenarios."""
        actions.register(*self._all())

    def _all(self) -> list[Action]:
        more = Text("交易字段", "The trade's own fields")
        return [
            Action(
                name="bank.trade",
                about=Text("核心银行交易", "A trade of the core bank"),
                perform=self.trade,
                inputs={
                    "trade": Text("交易名", "The trade's name"),
                    AGENT: Text("代办人（如有）", "Who acts for the customer, if anybody"),
                    "...": more,
                },
                gives={
                    "voucher": Text("凭证号", "The bank's number of the entry"),
                    "trace": Text("流水号", "The trace, to reverse it by"),
                },
            ),
            Action(
                name="bank.reverse",
                about=Text("冲正交易", "Take a trade back"),
                perform=self.reverse,
                inputs={
                    "trace": Text("原流水号", "The trade's trace"),
                    "reason": Text("原因", "Why"),
                },
                gives={"was_done": Text("原交易是否成功", "Whether it had been done")},
            ),
            Action(
                name="bank.look",
                about=Text("核心银行查询", "Look something up in the core bank"),
                perform=self.look,
                has_effect=False,
                inputs={"lookup": Text("查询名", "The look-up's name"), "...": more},
            ),
            Action(
                name="customer.find",
                about=Text("查找客户", "Find who the customer is"),
                perform=self.find_customer,
                has_effect=False,
                inputs={
                    "id_kind": Text("证件种类", "Kind of paper"),
                    "id_number": Text("证件号码", "Its number"),
                    "card": Text("卡号", "A card"),
                    "account": Text("账号", "An account"),
                    "phone": Text("手机号", "A phone number"),
                },
                gives=WHO,
            ),
            Action(
                name="medium.check",
                about=Text(
                    "凭卡、存折或U盾及密码核验客户", "Who it is, by card, book or U-key and its PIN"
                ),
                perform=self.check_medium,
                has_effect=False,
                inputs={
                    "card": Text("卡号", "A card"),
                    "account": Text("存折账号", "A passbook's account"),
                    "pin": Text("密码块", "The PIN block"),
                    "certificate": Text("U盾证书", "The U-key's certificate"),
                    "message": Text("待签信息", "What it was given to sign"),
                    "signature": Text("U盾签名", "What it signed"),
                },
                gives=WHO,
            ),
            Action(
                name="identity.check",
                about=Text("联网核查", "Ask the register of citizens"),
                perform=self.check_identity,
                has_effect=False,
                inputs={
                    "id_kind": Text("证件种类", "Kind of paper"),
                    "id_number": Text("公民身份号码", "The citizen's number"),
                    "name": Text("姓名", "Name"),
                },
                gives={
                    "result": Text(
                        "00–05；unknown 无应答；not_applicable 不适用",
                        "00 to 05; unknown: no answer; not_applicable: not of this paper",
                    ),
                    "matches": Text("号码与姓名一致", "Number and name match"),
                    "issuer": Text("签发机关", "Issuer"),
                    "photo": Text("照片", "The photo on file"),
                },
            ),
        ]


def booking(call: Call, agent: Agent | None = None) -> Booking:
    """Who asks, as the bank keeps it: the machine, or the member of staff who took the journey."""
    kind, _, name = call.holder.partition(":")
    return Booking(
        trace=call.trace, branch=call.branch, terminal=name if kind == "terminal" else "",
        operator=call.holder, agent=agent,
    )  # fmt: skip


def _given(inputs: Mapping[str, Any], but: str = "") -> dict[str, Any]:
    """Inputs without those that the journey knows nothing of."""
    return {
        key: value for key, value in inputs.items() if key not in (but, AGENT) and value is not None
    }


def _agent(inputs: Mapping[str, Any]) -> Agent | Declined | None:
    """Who acts for the customer: the bank is told, or the trade is not done."""
    given = inputs.get(AGENT)
    if given is None:
        return None
    try:
        return msgspec.convert(given, Agent)
    except msgspec.ValidationError as error:
        return _wrong(f"{AGENT}: {error}")


def _lost_secret(inputs: Mapping[str, Any]) -> bool:
    """Whether a PIN was asked for and is not known any more."""
    return any(value is None and "pin" in key for key, value in inputs.items())


def _asked(inputs: Mapping[str, Any], key: str, kinds: Mapping[str, Any]) -> Any:
    """The trade or look-up that a scenario asks for, or why there is none such."""
    kind = kinds.get(str(inputs.get(key)))
    if kind is None:
        return _wrong(f"{key}: {inputs.get(key)}")
    try:
        return msgspec.convert(_given(inputs, key), kind)
    except msgspec.ValidationError as error:
        return _wrong(str(error))


def _wrong(reason: str) -> Declined:
    words = Text(SCENARIO_WRONG.zh.format(reason=reason), SCENARIO_WRONG.en.format(reason=reason))
    return Declined("bad_input", words)


def _done(done: TradeDone) -> Done:
    return Done({**done.data, "voucher": done.voucher, "trace": done.trace})


def _said(result: str, words: Text, data: Mapping[str, Any] | None = None) -> Done:
    nothing = {"issuer": "", "photo": "", "matches": False}
    return Done({**nothing, **(data or {}), "result": result, "zh": words.zh, "en": words.en})
