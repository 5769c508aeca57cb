"""The live socket over real connections: watch, resume, refuse, bounds, and the end of a session."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
import websockets
from websockets.asyncio.client import ClientConnection, connect

from tests.http.world import World, open_world
from tingtang.http import live_socket
from tingtang.http.live_socket import CLOSE_SESSION_OVER, Connection
from tingtang.http.server import make_server
from tingtang.kernel.live import LiveViews, ViewType
from tingtang.kernel.permissions import Permission
from tingtang.org.sign_in.identity import STRANGER
from tingtang.org.sign_in.model.rules import STAFF_IDLE_MS, TerminalKind


class Sums(msgspec.Struct):
    """A view that tests move."""

    total: int = 0
    last: str = ""


class Served:
    """An application on a real port."""

    def __init__(self, world: World, port: int) -> None:
        self.world = world
        self.port = port
        self.sums: dict[str, Sums] = {"east": Sums(), "willow": Sums()}

    @asynccontextmanager
    async def socket(
        self, token: str = "", origin: str | None = "", surface: str = ""
    ) -> AsyncIterator[ClientConnection]:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        origin = f"http://127.0.0.1:{self.port}" if origin == "" else origin
        url = f"ws://127.0.0.1:{self.port}/live{surface}"
        async with connect(url, origin=origin, additional_headers=headers) as socket:  # type: ignore[arg-type]
            yield socket

    def add(self, branch: str, text: str = "") -> None:
        sums = self.sums[branch]
        self.sums[branch] = Sums(sums.total + 1, text)
        self.world.app.parts.live.touch("test.sums", branch)

    async def token(self, login: str) -> str:
        staff = self.world.sign_in.staff
        return (await staff.open(self.world.staff(login), "", "password")).token


@asynccontextmanager
async def serving(world: World) -> AsyncIterator[Served]:
    server = make_server(world.app, port=0)
    server.config.lifespan = "off"  # the world has started it
    server.config.load()
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    served = Served(world, port)

    async def compute(key: str) -> Sums | None:
        return served.sums.get(key)

    world.app.parts.live.register(ViewType("test.sums", Permission.BOARD_SEE, compute))
    world.app.live_socket.start()
    try:
        yield served
    finally:
        server.should_exit = True
        await task


@pytest_asyncio.fixture
async def served(world: World) -> AsyncIterator[Served]:
    async with serving(world) as running:
        yield running


async def say(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def hear(socket: ClientConnection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 5))
    return found


def watch(view: str = "test.sums", key: str = "east", since: Any = None) -> dict[str, Any]:
    return {"op": "watch", "view": view, "key": key, "since": since}


async def test_a_screen_gets_a_snapshot_and_then_patches(served: Served) -> None:
    async with served.socket(await served.token("chen.yutong")) as socket:
        await say(socket, **watch())
        first = await hear(socket)
        assert (first["op"], first["data"]) == ("snapshot", {"total": 0, "last": ""})
        served.add("east", "A001")
        patch = await hear(socket)
        assert patch == {
            "op": "patch",
            "view": "test.sums",
            "key": "east",
            "version": first["version"] + 1,
            "patch": {"total": 1, "last": "A001"},
        }
        await say(socket, op="ping")
        assert await hear(socket) == {"op": "pong"}
        await say(socket, op="unwatch", view="test.sums", key="east")
        await say(socket, op="ping")
        assert await hear(socket) == {"op": "pong"}
        served.add("east")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.recv(), 0.2)


async def test_a_screen_whose_link_dropped_resumes_where_it_stopped(served: Served) -> None:
    token = await served.token("chen.yutong")
    async with served.socket(token) as socket:
        await say(socket, **watch())
        first = await hear(socket)
    served.add("east", "A001")
    await asyncio.sleep(0.1)
    async with served.socket(token) as socket:
        since = {"epoch": first["epoch"], "version": first["version"]}
        await say(socket, **watch(since=since))
        assert (await hear(socket))["patch"] == {"total": 1, "last": "A001"}
        await say(socket, **watch(since={"epoch": "another run", "version": 1}))
        assert (await hear(socket))["op"] == "snapshot"


async def test_what_may_not_be_seen_is_refused_in_words(served: Served) -> None:
    async with served.socket(await served.token("chen.yutong")) as socket:
        for view, key, code in (
            ("test.sums", "willow", "forbidden"),
            ("test.nothing", "east", "not_found"),
            ("hall.monitor", "east", "forbidden"),
        ):
            await say(socket, **watch(view, key))
            refused = await hear(socket)
            assert (refused["op"], refused["view"], refused["key"]) == ("refused", view, key)
            assert refused["error"]["code"] == code
    async with served.socket() as socket:
        await say(socket, **watch())
        assert (await hear(socket))["error"]["code"] == "sign_in_first"


async def test_a_message_nobody_understands_is_refused_and_the_link_lives(served: Served) -> None:
    async with served.socket(await served.token("chen.yutong")) as socket:
        for text in ("{", "[]", '{"op": "dance"}', '{"op": "watch", "since": 7}'):
            await socket.send(text)
            assert (await hear(socket))["error"]["code"] == "bad_input"
        await say(socket, op="ping")
        assert await hear(socket) == {"op": "pong"}


async def test_messages_watches_and_talk_are_bounded(served: Served) -> None:
    token = await served.token("chen.yutong")
    async with served.socket(token) as socket:
        await socket.send(" " * 5_000)
        with pytest.raises(websockets.ConnectionClosed):
            await hear(socket)
    async with served.socket(token) as socket:
        for i in range(live_socket.WATCHES_MAX + 1):
            await say(socket, **watch("test.sums", f"east/{i}"))
            last = await hear(socket)
        assert last["error"]["code"] == "not_found"
    async with served.socket(token) as socket:
        with contextlib.suppress(websockets.ConnectionClosed):
            for _ in range(2_000):
                await say(socket, op="ping")
        assert await closes(socket) == 1008


async def test_a_foreign_page_gets_no_socket(served: Served) -> None:
    token = await served.token("chen.yutong")
    for origin in ("http://evil.test", "null"):
        with pytest.raises(websockets.InvalidStatus):
            async with served.socket(token, origin=origin):
                pass
    async with served.socket(token, origin=None) as socket:  # a program, not a page
        await say(socket, op="ping")
        assert await hear(socket) == {"op": "pong"}


async def closes(socket: ClientConnection) -> int | None:
    with contextlib.suppress(websockets.ConnectionClosed):
        while True:
            await asyncio.wait_for(socket.recv(), 5)
    return socket.close_code


async def test_revoking_a_machine_closes_its_open_sockets(served: Served) -> None:
    world = served.world
    board = await world.as_terminal(TerminalKind.BOARD)
    token = board.headers["authorization"].removeprefix("Bearer ")
    async with served.socket(token) as socket:
        await say(socket, **watch())
        await hear(socket)
        manager = await world.as_staff("lin.xiaolan")
        await manager.delete("/api/branches/east/terminals/east.board")
        assert await closes(socket) == CLOSE_SESSION_OVER


async def test_the_end_of_a_session_closes_its_sockets(served: Served) -> None:
    async with served.socket(await served.token("chen.yutong")) as socket:
        served.world.clock.advance(STAFF_IDLE_MS)
        served.world.app.live_socket.check_now()
        assert await closes(socket) == CLOSE_SESSION_OVER


async def test_a_change_of_roles_closes_the_sockets_that_saw_more(served: Served) -> None:
    world = served.world
    async with served.socket(await served.token("chen.yutong")) as socket:
        security = await world.as_staff("wei.zhengyang")
        answer = await security.put(
            f"/api/staff/{world.staff('chen.yutong')}/roles", json={"roles": ["authoriser"]}
        )
        assert answer.status_code == 204, answer.text
        world.app.live_socket.check_now()
        assert await closes(socket) == CLOSE_SESSION_OVER


async def test_a_page_chooses_its_cookie_by_its_surface(served: Served) -> None:
    world = served.world
    token = await served.token("chen.yutong")
    headers = {"cookie": f"tingtang-counter={token}; tingtang=s.nobody"}
    for surface, first in (("?surface=counter", "snapshot"), ("", "refused")):
        url = f"ws://127.0.0.1:{served.port}/live{surface}"
        async with connect(url, additional_headers=headers) as socket:
            await say(socket, **watch())
            assert (await hear(socket))["op"] == first
    assert world.app.live_socket.connected <= 1


async def test_a_slow_screen_is_dropped_to_a_snapshot_and_costs_no_memory() -> None:
    """Without a network: what waits for the screen is bounded, and the end state is right."""
    live = LiveViews()
    state = Sums()

    async def compute(_: str) -> Sums:
        return state

    live.register(ViewType("test.sums", Permission.BOARD_SEE, compute, branch_of=lambda _: ""))
    sent: list[dict[str, Any]] = []
    gate = asyncio.Event()

    async def send(message: dict[str, Any]) -> None:
        await gate.wait()
        if message["type"] == "websocket.send":
            sent.append(json.loads(message["text"]))

    identity = STRANGER
    connection = Connection(live, identity, "zh", send)
    connection.identity = msgspec.structs.replace(
        identity,
        actor=msgspec.structs.replace(
            identity.actor, permissions=frozenset({Permission.BOARD_SEE}), branches=None
        ),
    )
    writer = asyncio.create_task(connection.write())
    await connection.hear(json.dumps(watch()))
    await asyncio.sleep(0)  # the first snapshot is on its way, and stuck
    watching = next(iter(connection._watches.values()))
    for i in range(1_000):
        watching.send(json.dumps({"op": "patch", "n": i, "pad": "x" * 100}).encode())
    assert len(connection._outbox) <= live_socket.OUTBOX_MAX
    state = Sums(1_000, "end")
    gate.set()
    async with asyncio.timeout(5):
        while not sent or sent[-1].get("data") != {"total": 1_000, "last": "end"}:
            live.touch("test.sums", "east")
            await asyncio.sleep(0.01)
            if sent and sent[-1]["op"] == "patch" and sent[-1].get("patch", {}).get("total"):
                break
    assert len(sent) < 200
    assert any(message["op"] == "snapshot" for message in sent[1:])
    connection.close(1000)
    await writer
    connection.leave()
    await live.close()


async def test_stopping_tells_pages_to_come_back(seeded_bank: Path, tmp_path: Path) -> None:
    async with (
        open_world(seeded_bank, tmp_path) as world,
        serving(world) as running,
        running.socket(await running.token("chen.yutong")) as socket,
    ):
        await world.app.live_socket.stop()
        assert await closes(socket) == 1012
