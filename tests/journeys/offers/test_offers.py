"""After business one thing is offered; yes begins it with the same customer, no is kept as well."""

import pytest

from tests.journeys.conftest import Office, Terminal
from tests.journeys.flows import asks, calls, does, line
from tingtang.customers.model import Details, Facts, Purpose
from tingtang.customers.service import CustomerService
from tingtang.journeys.actions import Done
from tingtang.journeys.library import shipped
from tingtang.journeys.offers.actions import OfferActions, stream_of
from tingtang.journeys.offers.model import OfferAnswered, OfferMade
from tingtang.kernel.ids import BranchId, CustomerId, JourneyId
from tingtang.kernel.permissions import SYSTEM

IDENTITY = {
    "customer": "c1", "name": "王小明", "id_kind": "resident", "id_number": "110101199003077758",
    "is_minor": False, "guardian": "", "phone": "13900000000", "risk_level": 0, "risks": [],
}  # fmt: skip


class Bank:
    """A bank where the customer has a card and nothing else."""

    async def look(self, lookup: object) -> dict:
        match type(lookup).__name__:
            case "FindCustomer":
                return {"birth_date": "1990-03-07", "risk_level": 3, "risk_until": "2020-01-01"}
            case "ListCards":
                return {"cards": [{"card": "6222", "kind": "debit"}]}
        return {}


class Hall:
    """A customer at a kiosk who has just got a card."""

    def __init__(self, office: Office, kiosk: Terminal, customer: CustomerId) -> None:
        self.office, self.kiosk, self.customer = office, kiosk, customer

    async def just_done(self) -> dict:
        """The business is over: what is shown then."""
        return await self.kiosk.begin("card_done")

    async def answers(self) -> list[tuple[str, bool | None]]:
        recorded = await self.office.world.app.parts.log.read_stream(stream_of(self.customer))
        return [
            (one.event.offer, getattr(one.event, "accepted", None))
            for one in recorded
            if isinstance(one.event, OfferMade | OfferAnswered)
        ]

    async def consent(self, *, given: bool) -> None:
        customers = self.office.world.app.parts.service("customers", CustomerService)
        await customers.record_consent(
            self.customer, Purpose.MARKETING, given=given, how="paper", branch=BranchId("east"),
            actor=SYSTEM,
        )  # fmt: skip

    def known(self, view: dict) -> dict:
        opened = self.office.journeys.store.in_memory(JourneyId(view["journey"]))
        return opened.run.known(opened.run.waiting()[0].key)


@pytest.fixture
async def hall(office: Office, monkeypatch: pytest.MonkeyPatch) -> Hall:
    parts = office.world.app.parts
    customers = parts.service("customers", CustomerService)
    facts = Facts(id=CustomerId(""), branch=BranchId("east"))
    customer = await customers.save(facts, Details(name="王小明"), SYSTEM, is_new=True)
    office.play("who", has_effect=False).results = [Done(IDENTITY, customer=customer)] * 4
    action = office.actions.get("offer.about")
    assert action is not None
    own = action.perform.__self__  # type: ignore[attr-defined]
    assert isinstance(own, OfferActions)
    monkeypatch.setattr(own, "_bank", Bank())
    files = {
        **shipped()["shared_offer"],
        **shipped()["shared_face"],
        **shipped()["shared_identify"],
    }
    when = (
        "<bpmn:scriptTask id=\"when\"><bpmn:script>offer_at = 'card_apply'\n"
        "faced = identity.customer</bpmn:script></bpmn:scriptTask>"
    )
    done = line(
        "card_done", does("who", "who", 'into="identity"'), when, calls("o", "shared_offer")
    )
    await office.install("card_done", {**files, "card_done.bpmn": done})
    further = line(
        "ebank_open", calls("identify", "shared_identify"), calls("face", "shared_face"),
        asks("terms", 'name="ok" kind="yes" zh="同意" en="Agree"'),
    )  # fmt: skip
    await office.install("ebank_open", {**files, "ebank_open.bpmn": further})
    return Hall(office, await office.kiosk(), customer)


async def next_of(hall: Hall, view: dict, **more: object) -> dict:
    return await hall.kiosk.begin(view["next"]["scenario"], after=view["journey"], **more)


@pytest.mark.shows("R178", part="after business, with consent, and the reason is shown")
@pytest.mark.shows("R013", part="from one piece of business to the next, as the same customer")
async def test_yes_begins_it_next_and_nobody_is_identified_twice(hall: Hall) -> None:
    await hall.consent(given=True)
    view = await hall.just_done()
    assert "开通手机银行" in view["screen"]["title"]["zh"]
    assert "还没有开通手机银行" in view["screen"]["texts"][0]["zh"]
    assert "为什么看到这条" in view["screen"]["texts"][1]["zh"]
    options = view["screen"]["fields"][0]["options"]
    assert [one["value"] for one in options] == ["ebank_open", "none"]
    ended = await hall.kiosk.answer(view, chosen="ebank_open")
    assert (ended["status"], ended["next"]["scenario"]) == ("done", "ebank_open")
    begun = await next_of(hall, ended)
    assert begun["screen"]["step"].startswith("ebank_open/terms")
    known = hall.known(begun)
    assert (known["identity"]["customer"], known["faced"]) == ("c1", "c1")
    assert await hall.answers() == [("ebank_open", None), ("ebank_open", True)]
    assert (await next_of(hall, ended))["journey"] == begun["journey"]


async def test_no_is_kept_and_nothing_follows(hall: Hall) -> None:
    await hall.consent(given=True)
    ended = await hall.kiosk.answer(await hall.just_done(), chosen="none")
    assert (ended["status"], ended["next"]) == ("done", None)
    assert await hall.answers() == [("ebank_open", None), ("ebank_open", False)]
    assert (await hall.just_done())["status"] == "done"


@pytest.mark.parametrize("consent", [None, False])
async def test_without_consent_nothing_is_offered_and_nothing_kept(
    hall: Hall, consent: bool | None
) -> None:
    if consent is not None:
        await hall.consent(given=consent)
    assert (await hall.just_done())["status"] == "done"
    assert await hall.answers() == []


async def test_who_somebody_is_goes_on_for_a_minute_at_the_same_terminal_alone(hall: Hall) -> None:
    await hall.consent(given=True)
    ended = await hall.kiosk.answer(await hall.just_done(), chosen="ebank_open")
    other = await hall.office.kiosk("k2")
    body = {"scenario": "ebank_open", "after": ended["journey"]}
    refused = await other.http.post("/api/branches/east/journeys", json=body)
    assert refused.json()["error"]["code"] == "not_next"
    elsewhere = await hall.kiosk.http.post(
        "/api/branches/east/journeys", json={**body, "scenario": "card_done"}
    )
    assert elsewhere.json()["error"]["code"] == "not_next"
    hall.office.world.clock.advance(61_000)
    late = await hall.kiosk.http.post("/api/branches/east/journeys", json=body)
    assert late.json()["error"]["code"] == "not_next"


async def test_a_terminal_cannot_claim_to_be_somebody(hall: Hall) -> None:
    view = await hall.kiosk.begin(
        "ebank_open", given={"identity": IDENTITY, "kept": {"identity": IDENTITY}}
    )
    assert view["screen"]["step"].startswith("shared_")
