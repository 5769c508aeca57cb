"""Consent first, one comparison, nothing kept of the face; whatever fails goes to a person."""

import os
from base64 import b64encode
from pathlib import Path

import pytest

from tests.ai.test_engines import drawn_figure, needs_faces
from tests.journeys.conftest import Office, Terminal, until
from tests.journeys.flows import asks, does, line
from tingtang.ai.model.faces import THRESHOLD, Outcome, compared
from tingtang.ai.model.wire import Face
from tingtang.ai.service import NO_ENGINE, PictureEngines
from tingtang.customers.model import Details, Facts, Purpose
from tingtang.customers.service import CustomerService
from tingtang.journeys.actions import Done
from tingtang.journeys.faces.actions import FaceActions
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, CustomerId, JourneyId
from tingtang.kernel.permissions import SYSTEM

LIVE, PAPER = (b64encode(name).decode() for name in (b"the live picture", b"the paper's picture"))


class FromArrays:
    """An engine that answers from arrays: whose face is in which picture is the test's to say."""

    can_compare = True

    def __init__(self, **vectors: tuple[float, ...]) -> None:
        self.vectors = vectors
        self.asked: list[bytes] = []

    async def faces(self, picture: bytes) -> tuple[Face, ...]:
        self.asked.append(picture)
        vector = self.vectors["live" if picture == b"the live picture" else "paper"]
        return (Face(left=0, top=0, width=120, height=120, vector=vector),) if vector else ()


COMPARE = does(
    "match", "face.compare", 'into="matched" on_refused="go_on"',
    live="ask.live", paper="ask.paper", is_chip="true", is_registered="true", is_minor="false",
    risks="[]",
)  # fmt: skip
PICTURES = (
    'name="live" kind="photo" zh="现场" en="Live" sensitivity="c3"',
    'name="paper" kind="photo" zh="证件" en="Paper" sensitivity="c3"',
)


class Desk:
    """A customer before a kiosk, and an engine."""

    def __init__(self, office: Office, engine: FromArrays, customer: CustomerId) -> None:
        self.office, self.engine, self.customer = office, engine, customer
        self.terminal: Terminal

    async def run(self, *, consent: str | None = "true", scenario: str = "try") -> dict:
        """Consent (or another way, or nothing said), two pictures, a comparison; what is known."""
        steps = [does("who", "who")]
        if consent is not None:
            steps.append(does("agreed", "face.consent", 'on_refused="go_on"', given=consent))
        steps += [asks("ask", *PICTURES), COMPARE, asks("stop")]
        await self.office.install(scenario, {f"{scenario}.bpmn": line(scenario, *steps)})
        view = await self.terminal.begin(scenario)
        view = await self.terminal.answer(view, live=LIVE, paper=PAPER)
        store = self.office.journeys.store
        await until(lambda: not store.in_memory(JourneyId(view["journey"])).journey.pending, 60)
        opened = self.office.journeys.store.in_memory(JourneyId(view["journey"]))
        return opened.run.known(opened.run.waiting()[0].key)["matched"]

    async def consents(self) -> list[tuple[bool, str]]:
        service = self.office.world.app.parts.service("customers", CustomerService)
        history = await service.consent_history(self.customer)
        return [(x.given, x.how) for x in history if x.purpose is Purpose.VERIFY_FACE]


@pytest.fixture
async def desk(office: Office, monkeypatch: pytest.MonkeyPatch) -> Desk:
    parts = office.world.app.parts
    customers = parts.service("customers", CustomerService)
    facts = Facts(id=CustomerId(""), branch=BranchId("east"))
    customer = await customers.save(facts, Details(name="王小明"), SYSTEM, is_new=True)
    found = Desk(office, FromArrays(live=(0.0, 0.0), paper=(0.3, 0.0)), customer)
    who = office.play("who", has_effect=False)
    who.results = [Done({}, customer=customer)] * 4
    compare = office.actions.get("face.compare")
    assert compare is not None
    own = compare.perform.__self__  # type: ignore[attr-defined]
    assert isinstance(own, FaceActions)
    monkeypatch.setattr(own, "_finder", found.engine)
    found.terminal = await office.kiosk()
    return found


@pytest.mark.shows("R106", part="with recorded consent, as a reference")
async def test_with_consent_two_pictures_are_compared_and_nothing_of_the_face_is_kept(
    desk: Desk,
) -> None:
    matched = await desk.run()
    assert (matched["outcome"], matched["distance"]) == ("near", 0.3)
    assert matched["may_skip"] is False
    assert "仅供参考" in matched["zh"]
    assert [given for given, _ in await desk.consents()] == [True]
    kept = b"".join(p.read_bytes() for p in desk.office.world.folder.glob("tingtang.db*"))
    assert LIVE.encode() not in kept
    assert b"the live picture" not in kept


@pytest.mark.parametrize("consent", [None, "false"])
async def test_without_consent_no_engine_sees_a_picture(desk: Desk, consent: str | None) -> None:
    matched = await desk.run(consent=consent)
    assert (matched["refused"], matched["code"]) == (True, "no_consent")
    assert desk.engine.asked == []
    assert await desk.consents() == []


async def test_a_consent_serves_one_journey(desk: Desk) -> None:
    await desk.run(scenario="first")
    matched = await desk.run(consent=None, scenario="second")
    assert matched["code"] == "no_consent"


async def test_far_and_no_face_are_told(desk: Desk) -> None:
    desk.engine.vectors = {"live": (0.0, 0.0), "paper": (0.9, 0.0)}
    assert (await desk.run(scenario="first"))["outcome"] == "far"
    desk.engine.vectors = {"live": (), "paper": (0.9, 0.0)}
    matched = await desk.run(scenario="second")
    assert (matched["outcome"], matched["distance"]) == ("no_live_face", None)


async def test_an_engine_that_fails_or_is_off_leaves_it_to_a_person(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none(_picture: bytes) -> tuple[Face, ...]:
        raise Refused(NO_ENGINE, engine="人脸比对")

    monkeypatch.setattr(desk.engine, "faces", none)
    matched = await desk.run(scenario="first")
    assert matched["code"] == "no_engine"
    assert "人工" in matched["zh"]


@needs_faces
async def test_the_real_engine_says_that_a_drawn_picture_shows_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = desk.office.world.app.parts.service("picture_engines", PictureEngines)

    async def faces(_picture: bytes) -> tuple[Face, ...]:
        return await real.faces(drawn_figure())

    monkeypatch.setattr(desk.engine, "faces", faces)
    assert (await desk.run())["outcome"] == "no_live_face"


@needs_faces
async def test_photos_of_people_are_told_apart_where_there_are_any() -> None:
    """``TINGTANG_DATA/faces/<person>/<photo>``: none is part of the project."""
    folder = Path(os.environ.get("TINGTANG_DATA", "")) / "data" / "faces"
    people = [sorted(one.glob("*.jpg"))[:2] for one in sorted(folder.glob("*")) if one.is_dir()]
    pairs = [photos for photos in people if len(photos) == 2][:3]
    if len(pairs) < 2:
        pytest.skip("TINGTANG_DATA holds no photos of faces")
    engine = PictureEngines()
    try:
        seen = [[await engine.faces(photo.read_bytes()) for photo in photos] for photos in pairs]
    finally:
        await engine.stop()
    for one, other in seen:
        assert compared(one, other, THRESHOLD + 0.15).outcome is Outcome.NEAR
    assert compared(seen[0][0], seen[1][0], THRESHOLD).outcome is Outcome.FAR
