"""The register of devices: in memory, and every change written with its event."""

import asyncio
import functools
import hashlib
import hmac
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib import resources

import msgspec
import sqlalchemy as sa

from tingtang.devices import tables as t
from tingtang.devices.model import problems as p
from tingtang.devices.model import records as r
from tingtang.devices.model.declared import parse_type
from tingtang.devices.model.kinds import DeviceType
from tingtang.kernel.clock import Clock
from tingtang.kernel.database import upsert
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event, Recorded
from tingtang.kernel.log import Append, EventLog
from tingtang.kernel.permissions import Actor
from tingtang.org.directory import Directory
from tingtang.org.model.problems import BROKEN_REFERENCE

SECRET_BYTES = 24


def shipped_types() -> dict[str, DeviceType]:
    """The types that come with Tingtang, by code."""
    return dict(_shipped())


@functools.cache
def _shipped() -> Mapping[str, DeviceType]:
    files = (
        file
        for file in resources.files("tingtang.devices").joinpath("types").iterdir()
        if file.name.endswith(".toml")
    )
    parsed = (parse_type(file.read_text("utf-8"), file.name) for file in files)
    return {one.code: one for one in sorted(parsed, key=lambda one: one.code)}


def device_stream(device: str) -> str:
    """The stream of one device's own history."""
    return f"device/{device}"


class Register:
    """Which devices there are. Reads cost nothing; writes are events with their row."""

    def __init__(self, log: EventLog, clock: Clock, directory: Directory) -> None:
        self.types = shipped_types()
        self._log = log
        self._clock = clock
        self._directory = directory
        self._devices: dict[str, r.Device] = {}
        self._digests: dict[str, bytes] = {}
        self._issued: Counter[str] = Counter()
        """By device, how often a secret was issued while this process ran."""
        self._learning: set[asyncio.Task[None]] = set()
        log.follow((r.DeviceSaved, r.DeviceRemoved, r.CredentialsIssued), self._follow)

    async def start(self) -> None:
        """Read the register; call once the log has started."""
        query = sa.select(t.devices.c.body, t.devices.c.secret_digest)
        decode = msgspec.json.Decoder(r.Device).decode
        for body, digest in await self._log.database.read(lambda c: c.execute(query).all()):
            device = decode(body)
            self._devices[device.id] = device
            if digest is not None:
                self._digests[device.id] = bytes(digest)

    # -- reading -------------------------------------------------------------------------------

    def device(self, device: str) -> r.Device:
        """One device; refused (unknown_device) where there is none."""
        found = self._devices.get(device)
        if found is None:
            raise Refused(p.UNKNOWN_DEVICE)
        return found

    def get(self, device: str) -> r.Device | None:
        return self._devices.get(device)

    def of_branch(self, branch: str) -> list[r.Device]:
        """A branch's devices in use, by zone and name."""
        return [one for one in self.registered_at(branch) if one.active]

    def registered_at(self, branch: str) -> list[r.Device]:
        """All that is registered of a branch, in use or not, by zone and name."""
        found = [one for one in self._devices.values() if one.branch == branch]
        return sorted(found, key=lambda one: (one.zone, one.type, one.name.zh, one.id))

    def all(self) -> Iterable[r.Device]:
        return self._devices.values()

    def type_of(self, device: r.Device) -> DeviceType:
        """The declaration of a device's type; refused (unknown_device_type) if it is gone."""
        found = self.types.get(device.type)
        if found is None:
            raise Refused(p.UNKNOWN_TYPE, type=device.type)
        return found

    def is_secret(self, device: str, secret: str) -> bool:
        """Whether ``secret`` is the device's own. A removed or unused device has none."""
        known, digest = self._devices.get(device), self._digests.get(device)
        given = _digest(secret)
        if known is None or not known.active or digest is None:
            return False
        return hmac.compare_digest(given, digest)

    # -- writing -------------------------------------------------------------------------------

    async def enrol(self, device: r.Device, actor: Actor) -> str:
        """Register a new device; gives its secret, which is shown once and kept as a digest."""
        if device.id in self._devices:
            raise Refused(r.ID_TAKEN, id=device.id)
        secret = secrets.token_urlsafe(SECRET_BYTES)
        self._check(device)
        await self._write(device, [r.DeviceSaved(device=device)], actor, digest=_digest(secret))
        return secret

    async def save(self, device: r.Device, actor: Actor) -> r.Device:
        """Replace what is registered of a device; it stays in its branch and of its type."""
        known = self.device(device.id)
        device = msgspec.structs.replace(device, branch=known.branch, type=known.type)
        self._check(device)
        await self._write(device, [r.DeviceSaved(device=device)], actor)
        return device

    async def renew_secret(self, device: str, actor: Actor) -> str:
        """A new secret for a device; the old one is dead at once."""
        known, secret = self.device(device), secrets.token_urlsafe(SECRET_BYTES)
        await self._write(
            known, [r.CredentialsIssued(device=device)], actor, digest=_digest(secret)
        )
        return secret

    async def remove(self, device: str, actor: Actor) -> None:
        """Take a device out of the register; its history stays in the log."""
        known = self.device(device)
        statement = sa.delete(t.devices).where(t.devices.c.id == device)
        await self._log.append(
            Append(
                stream=f"devices/{known.branch}",
                branch=known.branch,
                events=[r.DeviceRemoved(device=device)],
                time_ms=self._clock.now_ms(),
                actor=actor.name,
                work=lambda c: c.execute(statement).rowcount,
            )
        )

    def _check(self, device: r.Device) -> None:
        self._directory.branch(device.branch)
        if device.type not in self.types:
            raise Refused(p.UNKNOWN_TYPE, type=device.type)
        zones = {zone.id for zone in self._directory.zones(device.branch)}
        if device.zone and device.zone not in zones:
            raise Refused(BROKEN_REFERENCE, field="zone", id=device.zone)
        plug = self._devices.get(device.plug) if device.plug else None
        if device.plug and (
            plug is None
            or plug.branch != device.branch
            or plug.id == device.id
            or self.types[plug.type].property_named("on") is None
        ):
            raise Refused(p.UNKNOWN_PLUG, plug=device.plug)

    async def _write(
        self, device: r.Device, events: list[Event], actor: Actor, digest: bytes | None = None
    ) -> None:
        row = {
            "id": device.id,
            "branch": device.branch,
            "body": msgspec.json.encode(device).decode(),
        }
        if digest is not None:
            row["secret_digest"] = digest  # type: ignore[assignment]
        insert = upsert(self._log.database, t.devices).values(row)
        changed = {name: insert.excluded[name] for name in row if name != "id"}
        statement = insert.on_conflict_do_update(index_elements=["id"], set_=changed)
        await self._log.append(
            Append(
                stream=f"devices/{device.branch}",
                branch=device.branch,
                events=events,
                time_ms=self._clock.now_ms(),
                actor=actor.name,
                work=lambda c: c.execute(statement).rowcount,
            )
        )
        if digest is not None:
            self._digests[device.id] = digest

    def _follow(self, recorded: Recorded) -> None:
        event = recorded.event
        if isinstance(event, r.DeviceSaved):
            self._devices[event.device.id] = event.device
            if event.device.id not in self._digests:
                self._learn(event.device.id)
        elif isinstance(event, r.CredentialsIssued):
            self._digests.pop(event.device, None)  # the old one is dead at once, on every node
            self._issued[event.device] += 1
            self._learn(event.device)
        elif isinstance(event, r.DeviceRemoved):
            self._devices.pop(event.device, None)
            self._digests.pop(event.device, None)

    def _learn(self, device: str) -> None:
        task = asyncio.get_running_loop().create_task(self._learn_digest(device))
        self._learning.add(task)
        task.add_done_callback(self._learning.discard)

    async def _learn_digest(self, device: str) -> None:
        """Read what no event holds; another node may have written it."""
        issued = self._issued[device]
        query = sa.select(t.devices.c.secret_digest).where(t.devices.c.id == device)
        digest = await self._log.database.read(lambda c: c.scalar(query))
        if digest is not None and device in self._devices and issued == self._issued[device]:
            self._digests.setdefault(device, bytes(digest))


def _digest(secret: str) -> bytes:
    # It has entropy enough to need no salt.
    return hashlib.sha256(secret.encode()).digest()
