"""A key that is gone takes with it what it sealed and nothing else; a disk that was full for a moment
takes nothing.
"""

from pathlib import Path

import pytest

from tests.journeys.conftest import Office, until
from tests.journeys.flows import asks, does, line
from tests.journeys.test_authorisation import AMOUNT, FILES, LOBBY
from tingtang.journeys import performing
from tingtang.journeys.actions import Action, Call, Done, Result
from tingtang.journeys.authorisation.service import Authorisations
from tingtang.journeys.model.state import Status
from tingtang.kernel.errors import BUSY, OUTCOME_UNKNOWN, Refused
from tingtang.kernel.ids import JourneyId
from tingtang.kernel.log import Append, Appended
from tingtang.kernel.text import Text
from tingtang.kernel.vault import (
    FORMAT,
    KeyFile,
    KeyFileVault,
    Suite,
    Vault,
    open_vault,
    read_key_file,
    rotate,
)

TELL = {"tell.bpmn": line("tell", asks("who", AMOUNT), asks("sure", AMOUNT), asks("stop"))}


def without_old(folder: Path) -> KeyFileVault:
    """The vault once a new key was made and the old one lost."""
    rotate(folder / "keys.json", Suite.AES_256_GCM, 0)
    file = read_key_file(folder / "keys.json")
    return KeyFileVault(KeyFile(FORMAT, [max(file.keys, key=lambda key: key.version)]))


def use(office: Office, vault: Vault) -> None:
    """What a restart with this key file comes to."""
    store = office.journeys.store
    store._vault = vault
    office.world.app.parts.service("authorisations", Authorisations).shown._vault = vault
    for journey in list(store._open):
        store.drop(store._open[journey])


@pytest.mark.shows("R010", part="a key that is missing takes nothing else with it")
async def test_what_a_missing_key_sealed_is_refused_and_all_else_goes_on(
    office: Office, tmp_path: Path
) -> None:
    await office.install("tell", TELL)
    kiosk = await office.kiosk()
    view = await kiosk.answer(await kiosk.begin("tell"), amount=100)
    lost = without_old(tmp_path)
    use(office, lost)
    for refused in (
        await kiosk.http.get(f"/api/journeys/{view['journey']}"),
        await kiosk.try_answer(view, amount=100),
        await kiosk.do(view, "cancel"),
    ):
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "journey_locked")
    other = await kiosk.answer(await kiosk.begin("tell"), amount=100)
    assert other["screen"]["step"].startswith("tell/sure")
    teller = await office.staff()
    listed = (await teller.http.get("/api/branches/east/journeys")).json()["journeys"]
    assert {one["journey"] for one in listed} == {view["journey"], other["journey"]}
    await office.journeys.start()  # nothing keeps the server from starting
    use(office, open_vault(tmp_path / "keys.json"))  # it was found again
    assert (await kiosk.see(view))["screen"]["step"] == view["screen"]["step"]
    use(office, lost)
    office.world.clock.advance(121 * 60_000)
    await office.world.app.parts.services["journey_housekeeping"].tend()
    assert (await kiosk.see(view))["status"] == "expired"
    assert (await kiosk.see(other))["status"] == "expired"


async def test_nobody_says_yes_to_what_cannot_be_opened(office: Office, tmp_path: Path) -> None:
    office.play("test.send")
    await office.install("pay", FILES)
    kiosk, lobby = await office.kiosk(), await office.staff(LOBBY)
    await kiosk.answer(await kiosk.begin("pay"), amount=100_00)
    (first,) = (await lobby.http.get("/api/authorisations")).json()["order"]
    use(office, without_old(tmp_path))
    await kiosk.answer(await kiosk.begin("pay"), amount=100_00)
    order = (await lobby.http.get("/api/authorisations")).json()["order"]
    assert len(order) == 2
    refused = await lobby.http.post(f"/api/authorisations/{first}/take")
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "evidence_locked")
    (second,) = set(order) - {first}
    assert (await lobby.http.post(f"/api/authorisations/{second}/take")).status_code == 201
    listed = (await lobby.http.get("/api/authorisations")).json()["requests"]
    assert listed[first]["standing"] == "waiting"


async def test_a_no_holds_though_its_reason_cannot_be_kept(office: Office, tmp_path: Path) -> None:
    send = office.play("test.send")
    await office.install("pay", FILES)
    kiosk, lobby = await office.kiosk(), await office.staff(LOBBY)
    view = await kiosk.answer(await kiosk.begin("pay"), amount=100_00)
    (name,) = (await lobby.http.get("/api/authorisations")).json()["order"]
    await lobby.http.post(f"/api/authorisations/{name}/take")
    service = office.world.app.parts.service("authorisations", Authorisations)
    service.shown._vault = without_old(tmp_path)
    denied = await lobby.http.post(f"/api/authorisations/{name}/deny", json={"reason": "影像不清"})
    assert denied.status_code == 201
    await is_open(office, view)
    assert (await kiosk.see(view))["refusal"]["code"] == "not_authorised"
    assert not send.calls


async def test_what_could_not_be_written_down_is_asked_after_without_a_restart(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(performing, "AGAIN_SECONDS", (0.01,))
    send = office.play("test.send")
    send.gate.clear()
    send.results += [Done({"voucher": "V"}), Done({"voucher": "V"})]
    flow = line("pay", asks("enter", AMOUNT), does("send", "test.send"), asks("receipt"))
    await office.install("pay", {"pay.bpmn": flow})
    kiosk = await office.kiosk()
    view = await kiosk.answer(await kiosk.begin("pay"), amount=100)
    log = office.world.app.parts.log
    right, failed = log.append, []

    async def once(one: Append) -> Appended:
        if not failed and one.stream.startswith("journey/"):
            failed.append(one)
            raise Refused(BUSY)
        return await right(one)

    monkeypatch.setattr(log, "append", once)
    send.gate.set()
    await is_open(office, view)
    assert failed
    assert [call.again for call in send.calls] == [False, True]
    assert len({call.trace for call in send.calls}) == 1
    assert (await kiosk.see(view))["screen"]["step"].startswith("pay/receipt")


async def test_what_may_have_been_done_is_asked_after_and_not_taken_for_a_no(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(performing, "AGAIN_SECONDS", (0.01,))
    asked: list[Call] = []

    async def perform(call: Call) -> Result:
        asked.append(call)
        if len(asked) == 1:
            raise Refused(OUTCOME_UNKNOWN)
        return Done({})

    office.actions.register(Action(name="test.write", about=Text("写"), perform=perform))
    flow = line("pay", asks("enter", AMOUNT), does("send", "test.write"), asks("receipt"))
    await office.install("pay", {"pay.bpmn": flow})
    kiosk = await office.kiosk()
    view = await kiosk.answer(await kiosk.begin("pay"), amount=100)
    await is_open(office, view)
    assert (await kiosk.see(view))["screen"]["step"].startswith("pay/receipt")
    assert [call.again for call in asked] == [False, True]
    assert len({call.trace for call in asked}) == 1


async def is_open(office: Office, view: dict) -> None:
    """Until what was asked for has ended."""
    store, journey = office.journeys.store, JourneyId(view["journey"])
    await until(lambda: (o := store.in_memory(journey)) and o.journey.status is Status.OPEN, 60)
