"""Pictures and logs of devices: sent with their own credentials, kept for a while, read by few."""

import asyncio
from base64 import b64encode

import httpx
import pytest

from tests.devices.conftest import ENGINEER, Shop
from tingtang.devices.files import KEPT_EACH, KEPT_MS, DeviceFiles
from tingtang.devices.model.files import BYTES_MAX
from tingtang.devices.telemetry import KEPT_MS as SAMPLES_KEPT_MS
from xfs4iot.virtual.drawing import document

PATH = "/api/branches/east/devices"
PICTURE = document(["KIOSK 1"]).png()


class Sender:
    """A device that speaks HTTP."""

    def __init__(self, shop: Shop, device: str, secret: str) -> None:
        self.shop, self.device, self.secret = shop, device, secret

    async def send(
        self, kind: str, body: bytes, *, to: str = "", secret: str = "", command: str = ""
    ) -> httpx.Response:
        return await self.shop.world.client().put(
            f"/api/device-files/{to or self.device}/{kind}?command={command}",
            content=body,
            auth=(self.device, secret or self.secret),
        )


@pytest.fixture
async def sender(shop: Shop) -> Sender:
    answer = await shop.enrol("kiosk-1", "kiosk")
    return Sender(shop, "kiosk-1", answer.json()["secret"])


async def listed(shop: Shop) -> list[dict[str, object]]:
    engineer = await shop.world.as_staff(ENGINEER)
    return list((await engineer.get(f"{PATH}/kiosk-1")).json()["files"])


@pytest.mark.shows("R132", part="a picture and a log of a device, looked at from afar")
async def test_a_picture_is_sent_and_looked_at_and_who_looked_is_written_down(
    shop: Shop, sender: Sender
) -> None:
    answer = await sender.send("picture", PICTURE, command="c-1")
    assert answer.status_code == 201, answer.text
    file = answer.json()["file"]
    [shown] = await listed(shop)
    assert (shown["id"], shown["kind"], shown["size"], shown["command"]) == (
        file, "picture", len(PICTURE), "c-1",
    )  # fmt: skip
    stored = b"".join(one.read_bytes() for one in shop.world.folder.glob("tingtang.db*"))
    assert PICTURE[8:200] not in stored
    assert b64encode(PICTURE)[:120] not in stored
    engineer = await shop.world.as_staff(ENGINEER)
    read = await engineer.get(f"{PATH}/kiosk-1/files/{file}")
    assert (read.content, read.headers["content-type"]) == (PICTURE, "image/png")
    recorded = await shop.world.app.parts.log.read_stream("devices/east")
    kept, seen = [one for one in recorded if "file" in one.type]
    assert (kept.type, kept.actor) == ("devices.device_file_kept", "device:kiosk-1")
    assert seen.type == "devices.device_file_seen"
    assert seen.actor.startswith("staff:")


async def test_who_does_not_maintain_devices_sees_no_picture(shop: Shop, sender: Sender) -> None:
    file = (await sender.send("picture", PICTURE)).json()["file"]
    manager = await shop.world.as_staff("zhou.qihang")
    assert (await manager.get(f"{PATH}/kiosk-1/files/{file}")).status_code == 403
    engineer = await shop.world.as_staff(ENGINEER)
    await shop.enrol("kiosk-2", "kiosk")
    assert (await engineer.get(f"{PATH}/kiosk-2/files/{file}")).status_code == 404


@pytest.mark.parametrize(
    ("to", "secret"), [("", "wrong"), ("kiosk-2", ""), ("nobody", "")],
    ids=["a wrong secret", "another device", "none there is"],
)  # fmt: skip
async def test_nobody_sends_for_another(shop: Shop, sender: Sender, to: str, secret: str) -> None:
    await shop.enrol("kiosk-2", "kiosk")
    answer = await sender.send("picture", PICTURE, to=to, secret=secret)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "bad_device_credentials"
    assert await listed(shop) == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [("picture", b"<html>"), ("picture", b""), ("log", b"\0\1"), ("log", b"")],
)  # fmt: skip
async def test_what_is_neither_a_picture_nor_a_log_is_refused(
    sender: Sender, kind: str, body: bytes
) -> None:
    answer = await sender.send(kind, body)
    assert answer.json()["error"]["code"] == "bad_device_file"


async def test_what_is_too_large_is_refused(shop: Shop, sender: Sender) -> None:
    answer = await sender.send("log", b"x" * (BYTES_MAX + 1))
    assert answer.status_code in {413, 422}
    assert (await sender.send("log", b"x" * BYTES_MAX)).status_code == 201
    assert len(await listed(shop)) == 1


async def test_the_oldest_give_way_and_all_go_in_the_end(shop: Shop, sender: Sender) -> None:
    for number in range(KEPT_EACH + 3):
        await sender.send("log", b"line %d" % number)
        shop.world.clock.advance(1)
    await sender.send("picture", PICTURE)
    found = await listed(shop)
    assert [one["kind"] for one in found] == ["picture", *["log"] * KEPT_EACH]
    files = shop.world.app.parts.service("device_files", DeviceFiles)
    assert await files.forget(shop.world.clock.now_ms() - KEPT_MS) == 0
    assert await files.forget(shop.world.clock.now_ms() + 1) == KEPT_EACH + 1


async def test_old_samples_and_files_are_thrown_away_by_themselves(
    shop: Shop, sender: Sender
) -> None:
    await sender.send("log", b"old")
    shop.devices.telemetry.add("kiosk-1", shop.world.clock.now_ms(), {"cpu": 5.0})
    await shop.devices.telemetry.kept()
    shop.world.clock.advance(max(SAMPLES_KEPT_MS, KEPT_MS) + 1)
    files = shop.world.app.parts.service("device_files", DeviceFiles)
    for one in (files, shop.devices.telemetry):
        await one.stop()
        await one.start()
    async with asyncio.timeout(10):
        while await files.of("kiosk-1"):
            await asyncio.sleep(0.01)
        while await shop.devices.telemetry.series("kiosk-1", "cpu", 0, 2**53):
            await asyncio.sleep(0.01)
    assert not await files.of("kiosk-1")
