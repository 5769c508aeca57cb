"""A live picture outlasts a restart, is seen by whoever took the request alone, and then is gone."""

from base64 import b64encode

import pytest

from tests.journeys.conftest import Office, Terminal, until
from tests.journeys.flows import asks, does, line
from tests.journeys.test_erasing import kept
from tingtang.journeys.actions import Done
from tingtang.journeys.model.state import Status
from tingtang.kernel.ids import JourneyId

LOBBY, TELLER = "lin.xiaolan", "chen.yutong"
FACE = b64encode(b"the face of whoever stands there, as a machine took it").decode()
SNAP = b64encode(b"the face of whoever stands there, as they took it").decode()
GOING_ON = asks("sure", 'name="sure" kind="text" zh="确认" en="Sure"')
SEEN = {
    "seen.bpmn": line(
        "seen",
        does("live", "test.picture", 'secret="photo"'),
        asks(
            "snap",
            'name="own" kind="photo" zh="照片" en="Picture" sensitivity="c3"',
            'name="pin" kind="digits" zh="密码" en="PIN" sensitivity="c3"',
        ),
        GOING_ON,
        does(
            "ask",
            "authorise",
            evidence="[{'zh': '机器', 'picture': live.photo}, {'zh': '自拍', 'picture': snap.own}]",
        ),
        asks("receipt", attributes='kind="receipt"'),
    )
}
BELOW = "entry < 0"
"""Where pictures lie."""


async def begin(office: Office) -> tuple[Terminal, dict]:
    """A customer whose two pictures were taken, and who has not yet gone on."""
    office.play("test.picture", has_effect=False).results += [
        Done({"photo": FACE, "pin": "864209"})
    ]
    await office.install("seen", SEEN)
    kiosk = await office.kiosk()
    return kiosk, await kiosk.answer(await kiosk.begin("seen"), own=SNAP, pin="975310")


async def forget(office: Office, view: dict) -> None:
    """What a restart leaves: the disk alone."""
    office.journeys.store.drop(await office.journeys.store.get(JourneyId(view["journey"])))


@pytest.mark.shows("R059", part="what is shown is whole after a restart")
async def test_a_picture_outlasts_a_restart_before_anybody_looked_at_it(office: Office) -> None:
    kiosk, view = await begin(office)
    await forget(office, view)
    await kiosk.answer(view, sure="是")
    lobby, teller = await office.staff(LOBBY), await office.staff(TELLER)
    (name,) = (await lobby.http.get("/api/authorisations")).json()["order"]
    path = f"/api/authorisations/{name}"
    assert (await lobby.http.get(f"{path}/evidence")).status_code == 409
    taken = (await lobby.http.post(f"{path}/take")).json()
    assert [one["picture"] for one in taken["evidence"]] == [FACE, SNAP]
    assert (await teller.http.get(f"{path}/evidence")).status_code in (403, 409)


async def test_pictures_lie_apart_and_sealed_and_a_pin_lies_nowhere(office: Office) -> None:
    _, view = await begin(office)
    bodies = await office.journeys.store._bodies(JourneyId(view["journey"]))
    assert {number: body for number, body in bodies.items() if number < 0} == {
        -1: {"photo": FACE},
        -2: {"own": SNAP},
    }
    assert bodies[1]["photo"] is None
    assert bodies[2]["own"] is None
    everything = b"".join(p.read_bytes() for p in office.world.folder.glob("tingtang.db*"))
    for clear in (FACE.encode(), SNAP.encode(), b"864209", b"975310"):
        assert clear not in everything


@pytest.mark.shows("R010", part="a picture is kept no longer than the business is under way")
@pytest.mark.parametrize("ending", ["cancel", "back", "expire", "done"])
async def test_pictures_go_with_the_business(office: Office, ending: str) -> None:
    kiosk, view = await begin(office)
    assert kept(office, where=BELOW) == 2
    if ending == "expire":
        office.world.clock.advance(121 * 60_000)
        await office.world.app.parts.services["journey_housekeeping"].tend()
    elif ending == "done":
        lobby = await office.staff(LOBBY)
        await kiosk.answer(view, sure="是")
        (name,) = (await lobby.http.get("/api/authorisations")).json()["order"]
        await lobby.http.post(f"/api/authorisations/{name}/take")
        await lobby.http.post(f"/api/authorisations/{name}/give")
        store, journey = office.journeys.store, JourneyId(view["journey"])
        await until(lambda: (o := store.in_memory(journey)) and o.journey.status is Status.OPEN)
        assert (await kiosk.answer(await kiosk.see(view)))["status"] == "done"
    else:
        assert (await kiosk.do(view, ending)).status_code == 201
    assert kept(office, where=BELOW) == (1 if ending == "back" else 0)
