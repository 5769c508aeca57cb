"""HTTP of tasks: call the manager, take duty, accept, note, hand over, close."""

from typing import Annotated

import msgspec
from litestar import get, post

from tingtang.hall import views
from tingtang.hall.model.settings import HallSettings, Reason
from tingtang.hall.model.tasks.state import Grade, TaskKind
from tingtang.hall.tasks import Raised, TaskService
from tingtang.kernel.ids import BranchId, StaffId, TaskId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, ActorKind, Permission
from tingtang.kernel.web import permit
from tingtang.org.directory import Directory

PATH = "/api/branches/{branch:str}/tasks"

Note = Annotated[str, msgspec.Meta(max_length=200)]


class CallRequest(msgspec.Struct, frozen=True):
    """``zone``: where the screen stands. ``reason``: one of the branch's ``call_reasons``."""

    zone: str = ""
    reason: Annotated[str, msgspec.Meta(max_length=40, examples=["help"])] = ""


class CallReasons(msgspec.Struct, frozen=True):
    reasons: tuple[Reason, ...]


class TaskRequest(msgspec.Struct, frozen=True):
    """A task for somebody. ``subject``: the ticket, visit or counter it is about.

    Notes are kept in the log: no names and no phone, ID or card numbers.
    """

    kind: TaskKind = TaskKind.OTHER
    grade: Grade = Grade.YELLOW
    zone: str = ""
    subject: Annotated[str, msgspec.Meta(max_length=80)] = ""
    note: Note = ""
    to: str = ""
    """Who is asked first; empty leaves it to role, skill, load and zone."""


class DutyRequest(msgspec.Struct, frozen=True):
    zone: str = ""


class NoteRequest(msgspec.Struct, frozen=True):
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class HandOverRequest(msgspec.Struct, frozen=True):
    to: str
    note: Note = ""


class CloseRequest(msgspec.Struct, frozen=True):
    outcome: Note = ""


@post(
    "/api/branches/{branch:str}/calls",
    summary="Call the lobby manager",
    **permit(Permission.TASK_RAISE),
)
async def call_manager(
    branch: str, data: CallRequest, tasks: TaskService, actor: Actor, key: Key | None
) -> Raised:
    """From any screen; pressing again while somebody is on the way does not call twice."""
    return await tasks.call_manager(
        BranchId(branch), actor, zone=data.zone, reason=data.reason, key=key
    )


@get(
    "/api/branches/{branch:str}/call-reasons",
    summary="Why somebody calls",
    **permit(Permission.TASK_RAISE),
)
async def list_call_reasons(branch: str, directory: Directory) -> CallReasons:
    """The branch's own reasons, to choose from."""
    return CallReasons(directory.section(branch, HallSettings).call_reasons)


@post(PATH, summary="Raise a task", **permit(Permission.TASK_RAISE))
async def raise_task(
    branch: str, data: TaskRequest, tasks: TaskService, actor: Actor, key: Key | None
) -> Raised:
    """For staff: ask somebody to do something. Terminals and customers call the manager."""
    if actor.kind is not ActorKind.STAFF:
        actor.require(Permission.TASK_WORK, branch)
    return await tasks.raise_by_hand(
        BranchId(branch),
        data.kind,
        actor,
        grade=data.grade,
        zone=data.zone,
        subject=data.subject,
        note=data.note,
        to=data.to,
        key=key,
    )


@get(PATH, summary="The task board", **permit(Permission.TASK_SEE))
async def list_tasks(branch: str, tasks: TaskService) -> views.TasksView:
    """Open tasks, those closed lately, and who is on duty."""
    return await tasks.view(BranchId(branch))


@post(
    f"{PATH}/{{task:str}}/accept",
    summary="Accept a task",
    status_code=204,
    **permit(Permission.TASK_WORK),
)
async def accept_task(
    branch: str, task: str, tasks: TaskService, actor: Actor, key: Key | None
) -> None:
    """I do it."""
    await tasks.accept(BranchId(branch), TaskId(task), actor, key)


@post(
    f"{PATH}/{{task:str}}/notes",
    summary="Add a note",
    status_code=204,
    **permit(Permission.TASK_WORK),
)
async def note_task(
    branch: str, task: str, data: NoteRequest, tasks: TaskService, actor: Actor, key: Key | None
) -> None:
    """Something worth knowing for whoever does it."""
    await tasks.note(BranchId(branch), TaskId(task), data.note, actor, key)


@post(
    f"{PATH}/{{task:str}}/hand-over",
    summary="Hand a task over",
    status_code=204,
    **permit(Permission.TASK_WORK),
)
async def hand_over_task(
    branch: str,
    task: str,
    data: HandOverRequest,
    tasks: TaskService,
    actor: Actor,
    key: Key | None,
) -> None:
    """Somebody else is asked to do it."""
    await tasks.hand_over(BranchId(branch), TaskId(task), StaffId(data.to), data.note, actor, key)


@post(
    f"{PATH}/{{task:str}}/close",
    summary="Close a task",
    status_code=204,
    **permit(Permission.TASK_WORK),
)
async def close_task(
    branch: str, task: str, data: CloseRequest, tasks: TaskService, actor: Actor, key: Key | None
) -> None:
    """It is done, with a word on what came of it."""
    await tasks.close(BranchId(branch), TaskId(task), data.outcome, actor, key)


@post(
    "/api/branches/{branch:str}/duty",
    summary="Take duty in the hall",
    status_code=204,
    **permit(Permission.TASK_WORK),
)
async def take_duty(
    branch: str, data: DutyRequest, tasks: TaskService, actor: Actor, key: Key | None
) -> None:
    """I am in the hall, in this zone: from now on tasks are offered to me."""
    await tasks.take_duty(BranchId(branch), data.zone, actor, key)


@post(
    "/api/branches/{branch:str}/duty/leave",
    summary="Leave the hall",
    status_code=204,
    **permit(Permission.TASK_WORK),
)
async def leave_duty(branch: str, tasks: TaskService, actor: Actor, key: Key | None) -> None:
    """My tasks go to others."""
    await tasks.leave_duty(BranchId(branch), actor, key)


ROUTES = (
    call_manager, list_call_reasons, raise_task, list_tasks, accept_task, note_task, hand_over_task, close_task,
    take_duty, leave_duty,
)  # fmt: skip
