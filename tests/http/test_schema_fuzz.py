"""Schemathesis over the API's description: no input makes the server fail, answers fit what is
described."""

import asyncio
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from tests.http.world import MORNING_MS, World, make_app
from tingtang.http.server import make_server
from tingtang.kernel.clock import ManualClock
from tingtang.kernel.permissions import GRANTS, Actor, ActorKind, Role
from tingtang.org.sign_in.identity import STRANGER, Identity

EVERYTHING = frozenset().union(*GRANTS.values())
KNOWN = {
    "branch": "east",
    "counter": "east.counter.01",
    "zone": "east.zone.waiting",
    "service": "svc.cash_deposit",
    "staff": "staff.he.jiaxin",
    "section": "four_splits",
}
"""Ids that exist, so that what is asked gets past the door."""
TOKEN = "may-do-everything"


class Background:
    """The made-up bank on a real port, in a thread and loop of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self._listening = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._server: Any = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._listening.wait(30)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        clock = ManualClock(MORNING_MS)
        app = make_app(self.folder, clock, public_per_second=1e6, sign_ins_per_minute=1e6)
        await app.start()
        world = World(app, clock, self.folder)
        actor = Actor(
            ActorKind.STAFF,
            world.staff("lin.xiaolan"),
            frozenset({Role.BRANCH_MANAGER}),
            EVERYTHING,
            None,
        )
        identity = Identity(actor, "s")
        world.sign_in.sessions.known = (  # type: ignore[method-assign]
            lambda token: identity if token == TOKEN else STRANGER
        )
        self._server = make_server(app, port=0)
        self._server.config.lifespan = "off"
        self._server.install_signal_handlers = lambda: None
        task = asyncio.create_task(self._server._serve())
        while not self._server.started:
            await asyncio.sleep(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        self._listening.set()
        await task
        await app.stop()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)


@pytest.fixture(scope="module")
def background(seeded_bank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Background]:
    folder = tmp_path_factory.mktemp("fuzz")
    for name in ("tingtang.db", "keys.json"):
        shutil.copy2(seeded_bank / name, folder / name)
    running = Background(folder)
    yield running
    running.stop()


EXAMPLES = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_no_input_makes_the_server_fail(background: Background) -> None:
    url = f"http://127.0.0.1:{background.port}"
    schema = schemathesis.openapi.from_url(f"{url}/schema/openapi.json")
    headers = {"authorization": f"Bearer {TOKEN}"}
    failed, statuses = [], Counter[int]()
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 80
    for operation in operations:

        @EXAMPLES
        @given(case=operation.as_strategy())
        def ask(case: Case) -> None:
            for name, known in KNOWN.items():
                if name in case.path_parameters:
                    case.path_parameters[name] = known
            answer = case.call(headers=headers)
            statuses[answer.status_code] += 1
            case.validate_response(answer, checks=[not_a_server_error, response_schema_conformance])

        try:
            ask()
        except (Exception, BaseExceptionGroup) as error:
            failed.append(f"{operation.label}: {error}"[:1500])
    assert failed == [], "\n\n".join(failed)
    assert statuses[200] > 30, statuses  # enough of it got through to what it asked for
