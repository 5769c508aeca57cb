"""Orders on disk: their streams, their read table, and for whom they are."""

import asyncio
import hmac
import secrets
from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.delivery import tables as t
from tingtang.delivery.model import item as m
from tingtang.delivery.model import item_events as e
from tingtang.delivery.model import problems as p
from tingtang.delivery.model.item_core import ItemCore
from tingtang.delivery.model.kinds import OVER, Status
from tingtang.kernel.appends import Append
from tingtang.kernel.clock import DAY_MS, Clock
from tingtang.kernel.database import upsert
from tingtang.kernel.errors import Problem, Refused
from tingtang.kernel.events import Event, Recorded
from tingtang.kernel.ids import BranchId, JourneyId
from tingtang.kernel.log import EventLog, Key
from tingtang.kernel.sealed import holds, seal, unseal
from tingtang.kernel.streams import Done, StreamHost
from tingtang.kernel.vault import Vault

CODE_DIGITS = 6
LIST_MAX = 500


class Receiver(msgspec.Struct, frozen=True):
    """Whose it is. ``id_number`` is of whatever paper they will show; ``note`` is what was written of
    the item, and ``cancel_reason`` why it was called off: free texts, which may hold names.
    """

    id_number: str = ""
    name: str = ""
    phone: str = ""
    address: str = ""
    note: str = ""
    cancel_reason: str = ""


def stream_of(order: str) -> str:
    return f"item/{order}"


class Orders:
    """All orders of all branches."""

    def __init__(self, log: EventLog, clock: Clock, vault: Vault) -> None:
        self.host: StreamHost[m.Item, m.Command] = StreamHost(log, clock, ItemCore())
        self.log = log
        self.clock = clock
        self._vault = vault
        self.sealing = asyncio.Lock()
        """Held from the look whether a seal number is new until it is used: of two who scan the same
        number at once one is refused.
        """
        log.project(e.TYPES.all().values(), project)

    async def create(
        self,
        order: str,
        branch: BranchId,
        event: e.ItemOrdered,
        receiver: Receiver,
        actor: str,
        keep_days: int,
    ) -> str:
        """Write an order down, once; gives its pick-up code."""
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        await self._keep(order, branch, receiver, code, keep_days)
        await self.run(order, branch, m.Order(event), actor)
        return await self.code(order)

    async def run(
        self, order: str, branch: str, command: m.Command, actor: str, key: Key | None = None
    ) -> Done:
        """Do something with an order; with ``key`` once, however often it is asked for."""
        return await self.host.run(
            stream_of(order), branch, command, actor=actor, key=key, answer=_kept
        )

    async def cancel(
        self, order: str, branch: str, by: str, reason: str, key: Key | None = None
    ) -> Done:
        """Call it off; why is kept with whose it was."""
        columns, row = t.receivers.c, {"item": order}
        values = seal(self._vault, columns.cancel_reason, row, reason)
        update = sa.update(t.receivers).where(columns.item == order).values(values)
        return await self.host.run(
            stream_of(order), branch, m.Cancel(by), actor=by, key=key, answer=_kept,
            work=lambda connection: connection.execute(update),
        )  # fmt: skip

    async def state(self, order: str) -> m.Item:
        """Where an order stands."""
        return await self.host.state(stream_of(order))

    async def row(self, order: str, branch: str = "") -> dict[str, Any]:
        """Its row; refused (unknown_order), in another branch too."""
        query = sa.select(t.items).where(t.items.c.item == order)
        found = await self.log.database.read(lambda c: c.execute(query).first())
        if found is None or (branch and found.branch != branch):
            raise Refused(p.UNKNOWN_ORDER)
        return found._asdict()

    async def rows(
        self, branch: str, statuses: Sequence[Status] = (), device: str = ""
    ) -> list[dict[str, Any]]:
        """Orders of a branch, those that changed last first."""
        query = sa.select(t.items).where(t.items.c.branch == branch)
        if statuses:
            query = query.where(t.items.c.status.in_([one.value for one in statuses]))
        if device:
            query = query.where(t.items.c.device == device)
        query = query.order_by(t.items.c.changed_ms.desc()).limit(LIST_MAX)
        rows = await self.log.database.read(lambda c: c.execute(query).all())
        return [row._asdict() for row in rows]

    async def in_status(self, status: Status) -> list[dict[str, Any]]:
        """Orders of all branches."""
        query = sa.select(t.items).where(t.items.c.status == status.value)
        rows = await self.log.database.read(lambda c: c.execute(query).all())
        return [row._asdict() for row in rows]

    async def seal_is_used(self, seal_number: str) -> bool:
        """Seal numbers are never used twice."""
        query = sa.select(t.items.c.item).where(t.items.c.seal == seal_number)
        return await self.log.database.read(lambda c: c.execute(query).first()) is not None

    # -- whose it is ----------------------------------------------------------------------------

    async def of_paper(self, branch: str, id_number: str) -> list[str]:
        """Orders of this branch for whoever has this paper, by its keyed index."""
        mine = holds(self._vault, t.receivers.c.id_number, id_number)
        query = sa.select(t.receivers.c.item).where(mine, t.receivers.c.branch == branch)
        return list(await self.log.database.read(lambda c: c.scalars(query).all()))

    async def is_for(self, order: str, id_number: str, code: str | None) -> bool:
        """Whether paper and code (None: not asked for) are the order's."""
        row = await self._receiver_row(order)
        kept = unseal(self._vault, t.receivers.c.code, row)
        mine = holds(self._vault, t.receivers.c.id_number, id_number)
        query = sa.select(t.receivers.c.item).where(t.receivers.c.item == order, mine)
        is_paper = await self.log.database.read(lambda c: c.execute(query).first()) is not None
        is_code = code is None or _is_alike(kept or "", code.strip())
        return is_paper and is_code

    async def code(self, order: str) -> str:
        """The pick-up code."""
        return unseal(self._vault, t.receivers.c.code, await self._receiver_row(order)) or ""

    async def receiver(self, order: str) -> Receiver:
        """Whose it is, in the clear: for labels and messages, not for screens."""
        row = await self._receiver_row(order)
        columns = t.receivers.c
        return Receiver(
            *(unseal(self._vault, columns[name], row) or "" for name in Receiver.__struct_fields__)
        )

    async def forget_old(self) -> None:
        """Erase what is personal of orders whose time is over."""
        columns = t.receivers.c
        old = (columns.kept_until_ms <= self.clock.now_ms()) & columns.code.is_not(None)
        if not await self.log.database.read(lambda c: c.scalar(sa.select(sa.exists().where(old)))):
            return
        await self._forget(old)

    async def forget_journey(self, journey: JourneyId) -> None:
        """Erase what is personal of the orders of a journey that are over. An order of a scenario has
        the trace of the call that made it as its id.
        """
        over = sa.select(t.items.c.item).where(
            t.items.c.item.startswith(f"{journey}-", autoescape=True),
            t.items.c.status.in_([one.value for one in OVER]),
        )
        await self._forget(t.receivers.c.item.in_(over))

    async def _forget(self, where: sa.ColumnElement[bool]) -> None:
        names = (*Receiver.__struct_fields__, "id_number_index", "code")
        update = sa.update(t.receivers).where(where).values(dict.fromkeys(names))
        await self._write("item/receivers", "", update)

    async def _keep(
        self, order: str, branch: str, receiver: Receiver, code: str, keep_days: int
    ) -> None:
        key = {"item": order}
        columns = t.receivers.c
        row: dict[str, Any] = {**key, "branch": branch}
        row["kept_until_ms"] = self.clock.now_ms() + keep_days * DAY_MS
        for column, text in (
            (columns.id_number, receiver.id_number), (columns.code, code),
            (columns.name, receiver.name), (columns.phone, receiver.phone),
            (columns.address, receiver.address), (columns.note, receiver.note),
        ):  # fmt: skip
            row |= seal(self._vault, column, key, text or None)
        insert = upsert(self.log.database, t.receivers).values(row)
        await self._write(
            stream_of(order), branch, insert.on_conflict_do_nothing(index_elements=["item"])
        )

    async def _write(self, stream: str, branch: str, statement: sa.Executable) -> None:
        await self.log.append(
            Append(
                stream=stream, branch=branch, events=(), time_ms=self.clock.now_ms(),
                actor="system", work=lambda c: c.execute(statement),
            )
        )  # fmt: skip

    async def _receiver_row(self, order: str) -> dict[str, Any]:
        query = sa.select(t.receivers).where(t.receivers.c.item == order)
        row = await self.log.database.read(lambda c: c.execute(query).first())
        if row is None:
            raise Refused(p.UNKNOWN_ORDER)
        return row._asdict()


def _kept(_state: m.Item, events: Sequence[Event], _at_ms: int) -> bytes:
    """What is kept for a retry: it was done and no door opens, or why it was refused."""
    refused = [REFUSALS[type(event)] for event in events if type(event) in REFUSALS]
    return refused[0].code.encode() if refused else b"0"


REFUSALS: dict[type[Event], Problem] = {
    e.WrongSealSeen: p.WRONG_SEAL, e.WrongTry: p.NOT_RECOGNISED,
}  # fmt: skip
"""What is written down though it was refused."""


def _is_alike(kept: str, code: str) -> bool:
    # As bytes: whatever was typed is compared, digits of another script too.
    return bool(kept) and hmac.compare_digest(kept.encode(), code.encode())


STATUS: dict[type[Event], Status] = {
    e.ItemStocked: Status.STOCKED,
    e.ItemSealed: Status.SEALED,
    e.ItemLoaded: Status.LOADED,
    e.ItemPosted: Status.LOADED,
    e.ItemReady: Status.READY,
    e.ItemReleased: Status.RELEASED,
    e.ItemTakingBack: Status.RELEASED,
    e.ItemPickedUp: Status.PICKED_UP,
    e.ItemExpired: Status.EXPIRED,
    e.ItemReturned: Status.RETURNED,
    e.ItemMissing: Status.MISSING,
    e.ItemSettled: Status.SETTLED,
    e.ItemCancelled: Status.CANCELLED,
}


def project(connection: sa.Connection, recorded: Sequence[Recorded]) -> None:
    """Keep the read table in step."""
    columns = t.items.c
    for r in recorded:
        item, event = r.stream.partition("/")[2], r.event
        if isinstance(event, e.ItemOrdered):
            row = {
                "item": item, "branch": r.branch, "kind": event.kind.value, "how": event.how.value,
                "status": Status.CREATED.value, "is_trade_done": event.is_trade_done,
                "trace": event.trace, "note": event.note, "seal": "", "device": event.device,
                "cell": 0, "tracking": "", "wrong_tries": 0, "ordered_ms": r.time_ms,
                "changed_ms": r.time_ms, "expires_ms": 0,
            }  # fmt: skip
            connection.execute(sa.insert(t.items).values(row))
            continue
        values: dict[str, Any] = {"changed_ms": r.time_ms}
        status = STATUS.get(type(event))
        if status is not None:
            values["status"] = status.value
        match event:
            case e.ItemTradeDone():
                values |= {"is_trade_done": True, "trace": event.trace}
            case e.ItemSealed():
                values["seal"] = event.seal
            case e.ItemLoading() | e.ItemLoaded():
                values |= {"device": event.device, "cell": event.cell}
            case e.ItemPosted():
                values["tracking"] = event.tracking
            case e.ItemReady():
                values["expires_ms"] = event.expires_ms
            case e.WrongTry():
                values["wrong_tries"] = columns.wrong_tries + 1
            case e.PickUpUnlocked() | e.ItemReleased():
                values["wrong_tries"] = 0
            case e.ItemStillThere():
                values["status"] = sa.case(
                    (columns.is_trade_done, Status.READY.value), else_=Status.LOADED.value
                )
        connection.execute(sa.update(t.items).where(columns.item == item).values(values))
