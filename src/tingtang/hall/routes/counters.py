"""HTTP of counters: sign on, call, pause, switch services, close."""

from typing import Annotated

import msgspec
from litestar import post

from tingtang.hall.answers import Called
from tingtang.hall.model import commands as c
from tingtang.hall.service import HallService
from tingtang.kernel.ids import BranchId, CounterId, ServiceId, StaffId, TicketId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.web import encoded, permit

COUNTER_PATH = "/api/branches/{branch:str}/counters/{counter:str}"


class CallRequest(msgspec.Struct, frozen=True):
    """``finish``: end this present ticket's service first. ``ticket``: call this one out of turn."""

    finish: str | None = None
    ticket: str | None = None


class OpenRequest(msgspec.Struct, frozen=True):
    staff: str | None = None
    """Who signs on; only a manager may name somebody else than themselves."""


class PauseRequest(msgspec.Struct, frozen=True):
    reason: str


class ServicesRequest(msgspec.Struct, frozen=True):
    services: Annotated[list[str], msgspec.Meta(min_length=1, max_length=100)]


@post(
    f"{COUNTER_PATH}/call",
    summary="Call the next customer",
    status_code=200,
    **permit(Permission.COUNTER_WORK, fast=True),
)
async def call_next(
    branch: str, counter: str, data: CallRequest, hall: HallService, actor: Actor, key: Key | None
) -> Called:
    """Call whoever is next by the branch's policy, and say why it is them."""
    if data.ticket:
        hall.check_counter(BranchId(branch), CounterId(counter), actor)
        command = c.CallTicket(counter=CounterId(counter), ticket=TicketId(data.ticket))
        body = await hall.call(BranchId(branch), command, actor, key)
    else:
        body = await hall.call_next(
            BranchId(branch),
            CounterId(counter),
            actor,
            finish=TicketId(data.finish) if data.finish else None,
            key=key,
        )
    return encoded(body)  # type: ignore[no-any-return]


@post(f"{COUNTER_PATH}/open", summary="Sign on", status_code=204, **permit(Permission.COUNTER_WORK))
async def open_counter(
    branch: str, counter: str, data: OpenRequest, hall: HallService, actor: Actor, key: Key | None
) -> None:
    """Open the counter for the services that it and its clerk can do."""
    staff = data.staff or actor.id
    if staff != actor.id:
        actor.require(Permission.COUNTER_ASSIGN, branch)
    await hall.open_counter(BranchId(branch), CounterId(counter), StaffId(staff), actor, key)


@post(f"{COUNTER_PATH}/pause", summary="Pause", status_code=204, **permit(Permission.COUNTER_WORK))
async def pause_counter(
    branch: str, counter: str, data: PauseRequest, hall: HallService, actor: Actor, key: Key | None
) -> None:
    """Stop calling for a while, with a reason."""
    command = c.PauseCounter(counter=CounterId(counter), reason=data.reason)
    await _run(hall, branch, counter, command, actor, key)


@post(
    f"{COUNTER_PATH}/resume", summary="Resume", status_code=204, **permit(Permission.COUNTER_WORK)
)
async def resume_counter(
    branch: str, counter: str, hall: HallService, actor: Actor, key: Key | None
) -> None:
    """Go on after a pause."""
    await _run(hall, branch, counter, c.ResumeCounter(counter=CounterId(counter)), actor, key)


@post(
    f"{COUNTER_PATH}/close", summary="Sign off", status_code=204, **permit(Permission.COUNTER_WORK)
)
async def close_counter(
    branch: str, counter: str, hall: HallService, actor: Actor, key: Key | None
) -> None:
    """Close the counter and sign its clerk off."""
    await _run(hall, branch, counter, c.CloseCounter(counter=CounterId(counter)), actor, key)


@post(
    f"{COUNTER_PATH}/services",
    summary="Switch services",
    status_code=204,
    **permit(Permission.COUNTER_WORK),
)
async def switch_services(
    branch: str,
    counter: str,
    data: ServicesRequest,
    hall: HallService,
    actor: Actor,
    key: Key | None,
) -> None:
    """Elastic window: do exactly these services from now on."""
    services = frozenset(map(ServiceId, data.services))
    await hall.switch_services(BranchId(branch), CounterId(counter), services, actor, key)


async def _run(
    hall: HallService, branch: str, counter: str, command: c.Command, actor: Actor, key: Key | None
) -> None:
    hall.check_counter(BranchId(branch), CounterId(counter), actor)
    await hall.run(BranchId(branch), command, actor, key=key)


ROUTES = (
    call_next, open_counter, pause_counter, resume_counter, close_counter, switch_services,
)  # fmt: skip
