"""Pictures and logs that devices send over HTTP: a few of each are kept, for a while.

They may show what a customer had on the screen: they lie under seal, and who looks at one is written
down first.
"""

import hashlib
from base64 import b64decode, b64encode

import sqlalchemy as sa

from tingtang.devices import tables as t
from tingtang.devices.model import problems as p
from tingtang.devices.model import records as r
from tingtang.devices.model.files import BYTES_MAX, DeviceFile, FileKind, media_type_of
from tingtang.kernel.clock import DAY_MS, HOUR_MS, Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import Ids
from tingtang.kernel.log import Append, EventLog, Work
from tingtang.kernel.permissions import SYSTEM, Actor
from tingtang.kernel.recurring import Recurring
from tingtang.kernel.sealed import seal, unseal
from tingtang.kernel.vault import Vault

KEPT_EACH = 5
"""Of each kind and device; the oldest give way."""
KEPT_MS = 30 * DAY_MS
LOOK_SECONDS = HOUR_MS / 1000


class DeviceFiles:
    """All pictures and logs."""

    def __init__(self, log: EventLog, clock: Clock, ids: Ids, vault: Vault) -> None:
        self._log = log
        self._vault = vault
        self._clock = clock
        self._ids = ids
        self._forgetting = Recurring("device files", LOOK_SECONDS, self._forget_old, at_once=True)

    async def start(self) -> None:
        await self._forgetting.start()

    async def stop(self) -> None:
        await self._forgetting.stop()

    async def keep(self, device: r.Device, kind: FileKind, body: bytes, command: str = "") -> str:
        """Keep one; gives its id. Refused: bad_device_file where it is empty, too large, or neither
        a PNG or JPEG picture nor a log of plain text.
        """
        if not 0 < len(body) <= BYTES_MAX:
            raise Refused(p.BAD_FILE)
        media_type, now_ms = media_type_of(kind, body), self._clock.now_ms()
        file = self._ids.new(now_ms)
        row = {
            "id": file, "device": device.id, "kind": kind, "media_type": media_type,
            "size": len(body), "command": command[:60], "time_ms": now_ms,
        }  # fmt: skip
        row |= seal(self._vault, t.files.c.body, row, b64encode(body).decode())
        event = r.DeviceFileKept(
            device=device.id,
            file=file,
            kind=kind,
            size=len(body),
            sha256=hashlib.sha256(body).hexdigest(),
            command=command[:60],
        )

        def work(connection: sa.Connection) -> None:
            connection.execute(sa.insert(t.files).values(row))
            f = t.files.c
            newest = (
                sa.select(f.id)
                .where(f.device == device.id, f.kind == kind)
                .order_by(f.time_ms.desc(), f.id.desc())
                .limit(KEPT_EACH)
            )
            kept = connection.scalars(newest).all()
            connection.execute(
                sa.delete(t.files).where(f.device == device.id, f.kind == kind, f.id.not_in(kept))
            )

        await self._append(device, event, f"device:{device.id}", work)
        return file

    async def of(self, device: str) -> list[DeviceFile]:
        """What is kept of a device, the newest first."""
        f = t.files.c
        query = (
            sa.select(f.id, f.kind, f.media_type, f.size, f.time_ms, f.command)
            .where(f.device == device)
            .order_by(f.time_ms.desc(), f.id.desc())
        )
        rows = await self._log.database.read(lambda c: c.execute(query).all())
        return [
            DeviceFile(
                one.id, FileKind(one.kind), one.media_type, one.size, one.time_ms, one.command
            )
            for one in rows
        ]

    async def look(self, device: r.Device, file: str, actor: Actor) -> tuple[str, bytes]:
        """Its media type and bytes, once it is written down who looks; refused (no_device_file)."""
        f = t.files.c
        query = sa.select(f.id, f.media_type, f.body).where(f.id == file, f.device == device.id)
        row = await self._log.database.read(lambda c: c.execute(query).first())
        if row is None:
            raise Refused(p.NO_FILE)
        text = unseal(self._vault, f.body, row._asdict()) or ""
        await self._append(device, r.DeviceFileSeen(device=device.id, file=file), actor.name)
        return row.media_type, b64decode(text)

    async def forget(self, before_ms: int) -> int:
        """Throw away what is older; gives back how many."""
        statement = sa.delete(t.files).where(t.files.c.time_ms < before_ms)
        appended = await self._log.append(
            Append(
                stream="devices/files",
                branch="",
                events=(),
                time_ms=self._clock.now_ms(),
                actor=SYSTEM.name,
                work=lambda c: c.execute(statement).rowcount,
            )
        )
        return int(appended.result)

    async def _append(
        self, device: r.Device, event: Event, actor: str, work: Work | None = None
    ) -> None:
        await self._log.append(
            Append(
                stream=f"devices/{device.branch}",
                branch=device.branch,
                events=[event],
                time_ms=self._clock.now_ms(),
                actor=actor,
                work=work,
            )
        )

    async def _forget_old(self) -> None:
        await self.forget(self._clock.now_ms() - KEPT_MS)
