"""The commands of the Common interface, which every service has."""

import asyncio
import secrets
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from xfs4iot.errors import InvalidData
from xfs4iot.messages import Payload
from xfs4iot.server.commands import Parameters, Reply, command
from xfs4iot.server.requests import Request
from xfs4iot.server.service import Service, refuse
from xfs4iot.server.session import Session

MAJOR_VERSION = 1

Versions = dict[str, Annotated[int, Meta(ge=1)]]


class Cancel(Parameters):
    request_ids: (
        Annotated[list[Annotated[int, Meta(ge=1)]], Meta(min_length=1, max_length=1_000)] | None
    ) = None


class SetVersions(Parameters):
    commands: Versions | None = None
    events: Versions | None = None


class TransactionState(Parameters):
    state: Literal["active", "inactive"]
    transaction_id: Annotated[str, Meta(max_length=200)] = msgspec.field(
        name="transactionID", default=""
    )


class CommonService(Service):
    """A service with the Common interface."""

    events: ClassVar[tuple[str, ...]] = Service.events

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.nonce: str | None = None
        """What a token for the next sensitive command must hold (Common.GetCommandNonce)."""
        self.nonce_timeout_ms = 3_600_000
        self._nonce_ends: asyncio.TimerHandle | None = None
        self._transaction: Payload = {"state": "inactive"}

    @command("Common.Status", immediate=True, works_without_power=True)
    async def get_status(self, _request: Request, _: object) -> Reply:
        return dict(self.status())

    @command("Common.Capabilities", immediate=True, works_without_power=True)
    async def get_capabilities(self, _request: Request, _: object) -> Reply:
        return {"interfaces": self.interface_list(), **self.capabilities()}

    @command("Common.Cancel", Cancel, immediate=True, works_without_power=True)
    async def cancel_commands(self, request: Request, payload: Cancel) -> Reply:
        session = request.client
        wanted = None
        if payload.request_ids is not None:
            wanted = [number for number in payload.request_ids if number != request.id]
        if not isinstance(session, Session) or not self._cancel_others(session, request, wanted):
            raise refuse("noMatchingRequestIDs", "no queued or running command has such an id")
        return None

    def _cancel_others(self, session: Session, own: Request, wanted: list[int] | None) -> int:
        if wanted is None:
            wanted = [number for number in self.open_requests(session) if number != own.id]
        return self.cancel(session, wanted)

    @command("Common.SetVersions", SetVersions, immediate=True, works_without_power=True)
    async def set_versions(self, _request: Request, payload: SetVersions) -> Reply:
        for wanted, known in (
            (payload.commands, set(self.commands)),
            (payload.events, self.events),
        ):
            for name, major in (wanted or {}).items():
                if name not in known:
                    raise InvalidData(f"{self.name} has no {name}")
                if major != MAJOR_VERSION:
                    raise InvalidData(f"{name} is there in version {MAJOR_VERSION} only")
        return None

    @command("Common.SetTransactionState", TransactionState, immediate=True)
    async def set_transaction_state(self, _request: Request, payload: TransactionState) -> Reply:
        self._transaction = {"state": payload.state}
        if payload.transaction_id:
            self._transaction["transactionID"] = payload.transaction_id
        return None

    @command("Common.GetTransactionState", immediate=True)
    async def get_transaction_state(self, _request: Request, _: object) -> Reply:
        return dict(self._transaction)

    @command("Common.GetCommandNonce", immediate=True)
    async def get_command_nonce(self, _request: Request, _: object) -> Reply:
        self._forget_nonce()
        self.nonce = secrets.token_hex(16).upper()
        self._nonce_ends = asyncio.get_running_loop().call_later(
            self.nonce_timeout_ms / 1000, self.clear_nonce, "the nonce has expired"
        )
        return {"commandNonce": self.nonce}

    @command("Common.ClearCommandNonce", immediate=True)
    async def clear_command_nonce(self, _request: Request, _: object) -> Reply:
        self._forget_nonce()
        return None

    def clear_nonce(self, reason: str) -> None:
        """Forget the nonce and tell clients why."""
        if self.nonce is not None:
            self._forget_nonce()
            self.broadcast("Common.NonceClearedEvent", {"reasonDescription": reason})

    def _forget_nonce(self) -> None:
        self.nonce = None
        if self._nonce_ends is not None:
            self._nonce_ends.cancel()
            self._nonce_ends = None
