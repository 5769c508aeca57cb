"""What authorisers are shown: sealed, and erased in time or with the customer."""

import logging
from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.customers.model import CustomerErased
from tingtang.journeys import tables as jt
from tingtang.journeys.actions import Call
from tingtang.journeys.authorisation import tables as t
from tingtang.journeys.authorisation.model import LOCKED, SETTLED
from tingtang.journeys.model.screens import Screen
from tingtang.kernel.clock import DAY_MS, Clock
from tingtang.kernel.database import upsert
from tingtang.kernel.errors import Refused
from tingtang.kernel.log import Append, EventLog, Work
from tingtang.kernel.reactions import Trigger
from tingtang.kernel.sealed import seal, unseal
from tingtang.kernel.text import Text
from tingtang.kernel.vault import CannotOpen, Vault

STREAM = "authorisation/evidence"

logger = logging.getLogger(__name__)


class Evidence(msgspec.Struct, frozen=True):
    """Something an authoriser is shown: a line, or a picture as base64 of a JPEG."""

    label: Text
    value: Text = Text("")
    picture: str = ""


class Sheet(msgspec.Struct, frozen=True):
    """What a request is about: what is shown, the form of a piece of work, and what the first person
    entered in it; and what was said to the customer where it was denied.
    """

    shown: list[Evidence]
    form: Screen | None = None
    answers: dict[str, Any] | None = None
    reason: str = ""


class EvidenceBook:
    """Keeps it, apart from the log."""

    def __init__(self, log: EventLog, clock: Clock, vault: Vault) -> None:
        self._log = log
        self._clock = clock
        self._vault = vault

    async def keep(self, stream: str, call: Call, sheet: Sheet, keep_days: int) -> None:
        """Seal what a call shows, once a trace."""
        row = {"authorisation": call.trace}
        insert = upsert(self._log.database, t.evidence).values(
            {
                **row,
                **self._sealed(row, sheet),
                "kept_until_ms": self._clock.now_ms() + keep_days * DAY_MS,
            }
        )
        statement = insert.on_conflict_do_nothing(index_elements=["authorisation"])
        await self._write(stream, call.branch, statement)

    def changed(self, authorisation: str, sheet: Sheet) -> Work:
        """Keeps the same with what was entered, together with an event; where it was erased meanwhile
        nothing is kept.
        """
        row = {"authorisation": authorisation}
        mine = (t.evidence.c.authorisation == authorisation) & t.evidence.c.body.is_not(None)
        update = sa.update(t.evidence).where(mine).values(self._sealed(row, sheet))
        return lambda connection: connection.execute(update)

    def _sealed(self, row: dict[str, str], sheet: Sheet) -> dict[str, Any]:
        body = msgspec.json.encode(sheet).decode()
        return dict(seal(self._vault, t.evidence.c.body, row, body))

    async def read(self, authorisation: str) -> Sheet:
        """Empty where it was erased; refused (evidence_locked) where its key is missing."""
        query = sa.select(t.evidence).where(t.evidence.c.authorisation == authorisation)
        row = await self._log.database.read(lambda c: c.execute(query).first())
        try:
            text = None if row is None else unseal(self._vault, t.evidence.c.body, row._asdict())
        except CannotOpen as error:
            logger.warning("the evidence of %s: %s", authorisation, error)
            raise Refused(LOCKED) from None
        return Sheet([]) if text is None else msgspec.json.decode(text, type=Sheet)

    async def erase_old(self) -> None:
        """What is no longer to be kept."""
        due = t.evidence.c.body.is_not(None) & (t.evidence.c.kept_until_ms <= self._clock.now_ms())
        if await self._log.database.read(lambda c: c.scalar(sa.select(sa.exists().where(due)))):
            await self._write(STREAM, "", sa.update(t.evidence).where(due).values(body=None))

    async def on_customer_erased(self, trigger: Trigger) -> None:
        """A reaction: with the customer goes what authorisers were shown of them."""
        event = trigger.recorded.event
        if not isinstance(event, CustomerErased):
            return
        settled = [one.value for one in SETTLED]
        theirs = (
            sa.select(t.requests.c.authorisation)
            .join(jt.journeys, t.requests.c.journey == jt.journeys.c.journey)
            .where(jt.journeys.c.customer == event.customer, t.requests.c.standing.in_(settled))
        )
        mine = t.evidence.c.authorisation.in_(theirs)
        await self._write(STREAM, "", sa.update(t.evidence).where(mine).values(body=None))

    async def _write(self, stream: str, branch: str, statement: sa.Executable) -> None:
        await self._log.append(
            Append(
                stream=stream, branch=branch, events=(), time_ms=self._clock.now_ms(),
                actor="system", work=lambda c: c.execute(statement),
            )
        )  # fmt: skip


def evidence_of(given: Any) -> Evidence:
    if not isinstance(given, Mapping):
        return Evidence(Text(""), Text(str(given)))
    label = Text(str(given.get("zh", "")), str(given.get("en", "")))
    if given.get("picture"):
        return Evidence(label, picture=str(given["picture"]))
    return Evidence(label, Text(str(given.get("value", "")), str(given.get("value_en", ""))))
