"""Work for the operations centre (集中作业中心): a queue, claims, a form, and a second person who checks."""

import httpx
import pytest

from tests.journeys.conftest import Office, Terminal, until
from tests.journeys.flows import asks, line
from tingtang.journeys.authorisation.service import Authorisations

FIRST, SECOND, LOBBY = "tan.siqi", "shen.yiran", "lin.xiaolan"
STEP = (
    '<bpmn:serviceTask id="mailed" name="盖章"><bpmn:extensionElements><tt:screen>'
    '<tt:title zh="办理中" en="At work"/>'
    '<tt:field name="tracking" kind="text" zh="邮寄单号" en="Tracking" pattern="[A-Z0-9]{{8,20}}"/>'
    '</tt:screen><tt:action name="centre.work">'
    """<tt:input name="kind" value="'{kind}'"/>"""
    """<tt:input name="evidence" value="[{{'zh': '账户', 'en': 'Account', 'value': '0001'}}]"/>"""
    "</tt:action></bpmn:extensionElements></bpmn:serviceTask>"
)
TRACKING = "EX123456789CN"


class Centre:
    """A journey that waits for the centre, and people of the centre."""

    def __init__(self, office: Office, kiosk: Terminal, view: dict) -> None:
        self.office, self.kiosk, self.view = office, kiosk, view

    async def queue(self, login: str) -> list[dict]:
        queue = (await (await self.office.staff(login)).http.get("/api/authorisations")).json()
        return [queue["requests"][one] for one in queue["order"]]

    async def do(self, login: str, what: str, body: dict | None = None) -> httpx.Response:
        staff = await self.office.staff(login)
        return await staff.http.post(f"/api/authorisations/{await self.trace()}/{what}", json=body)

    async def trace(self) -> str:
        opened = await self.office.journeys.store.get(self.view["journey"])
        return next(iter(opened.journey.pending.values())).trace

    async def seen(self) -> dict:
        return await self.kiosk.see(self.view)

    async def settled(self) -> dict:
        """What the kiosk shows once the journey has heard of it."""
        store, journey = self.office.journeys.store, self.view["journey"]
        await until(lambda: not store.in_memory(journey).journey.pending)
        return await self.seen()


async def begin(office: Office, kind: str) -> Centre:
    await office.install("work", {"work.bpmn": line("work", STEP.format(kind=kind), asks("stop"))})
    kiosk = await office.kiosk()
    centre = Centre(office, kiosk, await kiosk.begin("work"))
    opened = await office.journeys.store.get(centre.view["journey"])
    await until(lambda: opened.journey.pending)
    authorisations = office.world.app.parts.service("authorisations", Authorisations)
    trace = await centre.trace()
    while (await authorisations.state(trace)).asked is None:
        await centre.queue(FIRST)
    return centre


@pytest.mark.shows("R062")
async def test_work_is_done_by_one_and_checked_by_another(office: Office) -> None:
    centre = await begin(office, "stamp_mail")
    (queued,) = await centre.queue(FIRST)
    assert (queued["work"], queued["work_name"]["zh"]) == ("stamp_mail", "盖章并邮寄")
    taken = (await centre.do(FIRST, "take")).json()
    assert [x["name"] for x in taken["form"]["fields"]] == ["tracking"]
    assert (await centre.do(SECOND, "take")).json()["error"]["code"] == "authorisation_taken"
    wrong = await centre.do(FIRST, "give", {"values": {"tracking": "?"}})
    assert wrong.json()["error"]["code"] == "field_wrong"
    done = await centre.do(FIRST, "give", {"values": {"tracking": TRACKING}})
    assert done.status_code == 201, done.text
    assert (await centre.do(FIRST, "take")).json()["error"]["code"] == "same_person"
    check = (await centre.do(SECOND, "take")).json()
    assert check["form"] is None
    assert check["evidence"][-1]["value"]["zh"] == TRACKING
    assert (await centre.seen())["at_work"]["action"] == "centre.work"
    assert (await centre.do(SECOND, "give")).status_code == 201
    view = await centre.settled()
    assert view["screen"]["step"].startswith("work/stop")
    opened = await office.journeys.store.get(view["journey"])
    known = opened.stands.known(view["screen"]["step"])
    assert known["mailed"]["tracking"] == TRACKING
    assert len(known["mailed"]["approved_by"]) == 2


@pytest.mark.shows("R062", part="handed back with a reason")
async def test_work_that_cannot_be_done_is_handed_back_with_its_reason(office: Office) -> None:
    centre = await begin(office, "stamp_mail")
    await centre.do(FIRST, "take")
    answer = await centre.do(FIRST, "deny", {"reason": "地址不全"})
    assert answer.status_code == 201, answer.text
    view = await centre.settled()
    assert view["refusal"]["words"]["zh"] == "集中作业中心退回：地址不全"


@pytest.mark.shows("R062", part="what waits too long comes first, a claim ends")
async def test_what_nobody_takes_comes_first_and_a_claim_ends(office: Office) -> None:
    centre = await begin(office, "a_kind_of_the_banks_own")
    assert [x["priority"] for x in await centre.queue(FIRST)] == [4]
    authorisations = office.world.app.parts.service("authorisations", Authorisations)
    office.world.clock.advance(2 * 3_600_000 + 1)
    await authorisations.tend()
    assert [x["priority"] for x in await centre.queue(FIRST)] == [9]
    await centre.do(FIRST, "take")
    office.world.clock.advance(1_800_001)
    await authorisations.tend()
    (queued,) = await centre.queue(SECOND)
    assert queued["taken_by"] == ""
    await centre.do(SECOND, "take")
    answer = await centre.do(SECOND, "give", {"values": {"tracking": TRACKING}})
    assert answer.status_code == 201, answer.text
    assert (await centre.settled())["screen"]["step"].startswith("work/stop")


async def test_the_hall_neither_sees_nor_does_the_centres_work(office: Office) -> None:
    centre = await begin(office, "stamp_mail")
    assert await centre.queue(LOBBY) == []
    assert (await centre.do(LOBBY, "take")).json()["error"]["code"] == "wrong_mode"
