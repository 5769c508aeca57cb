"""HTTP of visits: arrivals, who they are, where they are, what they do."""

import msgspec
from litestar import post

from tingtang.hall.model import commands as c
from tingtang.hall.model.state import Care, Source, Stage
from tingtang.hall.service import HallService
from tingtang.kernel.ids import BranchId, CustomerId, VisitId, ZoneId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.web import permit

VISIT_PATH = "/api/branches/{branch:str}/visits/{visit:str}"


class ArrivalRequest(msgspec.Struct, frozen=True):
    """Somebody came in, by whatever told of it."""

    source: Source
    zone: str = ""
    customer: str | None = None
    care: list[Care] = []


class Arrived(msgspec.Struct, frozen=True):
    visit: VisitId


class IdentifyRequest(msgspec.Struct, frozen=True):
    customer: str
    by: str
    """How: "phone", "id_card", "card", "booking", "ticket", "qr"."""


class MoveRequest(msgspec.Struct, frozen=True):
    zone: str


class StageRequest(msgspec.Struct, frozen=True):
    """A station of the customer's path; ``diverted``: away from the counters."""

    stage: Stage
    at: str = ""
    diverted: bool = False


class MachineRequest(msgspec.Struct, frozen=True):
    machine: str


@post(
    "/api/branches/{branch:str}/visits",
    summary="Tell of an arrival",
    **permit(Permission.TICKET_ISSUE),
)
async def arrive(
    branch: str, data: ArrivalRequest, hall: HallService, actor: Actor, key: Key | None
) -> Arrived:
    """Begin a visit."""
    visit = VisitId(hall.ids.new(hall.clock.now_ms()))
    may_name = actor.may(Permission.CUSTOMER_IDENTIFY, branch)
    command = c.Arrive(
        visit=visit,
        source=data.source,
        zone=ZoneId(data.zone),
        customer=CustomerId(data.customer) if data.customer and may_name else None,
        care=tuple(data.care),
    )
    done = await hall.run(
        BranchId(branch),
        command,
        actor,
        key=key,
        answer=lambda *_: msgspec.json.encode(Arrived(visit)),
    )
    return msgspec.json.decode(done.answer, type=Arrived)


@post(
    f"{VISIT_PATH}/identity",
    summary="Say who it is",
    status_code=204,
    **permit(Permission.CUSTOMER_IDENTIFY),
)
async def identify(
    branch: str, visit: str, data: IdentifyRequest, hall: HallService, actor: Actor, key: Key | None
) -> None:
    """Connect a visit with a customer that was identified."""
    command = c.Identify(visit=VisitId(visit), customer=CustomerId(data.customer), by=data.by)
    await hall.run(BranchId(branch), command, actor, key=key)


@post(f"{VISIT_PATH}/zone", summary="Move", status_code=204, **permit(Permission.TASK_WORK))
async def move(
    branch: str, visit: str, data: MoveRequest, hall: HallService, actor: Actor, key: Key | None
) -> None:
    """The visitor is in another zone now."""
    command = c.Move(visit=VisitId(visit), zone=ZoneId(data.zone))
    await hall.run(BranchId(branch), command, actor, key=key)


@post(
    f"{VISIT_PATH}/stages",
    summary="Reach a station",
    status_code=204,
    **permit(Permission.TICKET_ISSUE),
)
async def reach_stage(
    branch: str, visit: str, data: StageRequest, hall: HallService, actor: Actor, key: Key | None
) -> None:
    """The visit reached a station of the customer's path."""
    command = c.ReachStage(
        visit=VisitId(visit), stage=data.stage, at=data.at, diverted=data.diverted
    )
    await hall.run(BranchId(branch), command, actor, key=key)


@post(
    f"{VISIT_PATH}/machine",
    summary="Begin at a machine",
    status_code=204,
    **permit(Permission.TICKET_ISSUE),
)
async def use_machine(
    branch: str, visit: str, data: MachineRequest, hall: HallService, actor: Actor, key: Key | None
) -> None:
    """A visitor works at a machine from now on."""
    command = c.UseMachine(visit=VisitId(visit), machine=data.machine)
    await hall.run(BranchId(branch), command, actor, key=key)


@post(
    f"{VISIT_PATH}/machine/left",
    summary="Leave a machine",
    status_code=204,
    **permit(Permission.TICKET_ISSUE),
)
async def leave_machine(
    branch: str, visit: str, hall: HallService, actor: Actor, key: Key | None
) -> None:
    """The visitor is done at the machine."""
    await hall.run(BranchId(branch), c.LeaveMachine(visit=VisitId(visit)), actor, key=key)


@post(f"{VISIT_PATH}/left", summary="Leave", status_code=204, **permit(Permission.TASK_WORK))
async def leave(branch: str, visit: str, hall: HallService, actor: Actor, key: Key | None) -> None:
    """The visitor left the branch."""
    await hall.run(BranchId(branch), c.Leave(visit=VisitId(visit)), actor, key=key)


ROUTES = (arrive, identify, move, reach_stage, use_machine, leave_machine, leave)
