"""``hall.call``: what became of one's own call for the lobby manager, for the screen that called."""

import msgspec

from tingtang.customers.model import mask_name
from tingtang.hall.model.tasks.state import TaskBoard, TaskState
from tingtang.hall.views import Names
from tingtang.kernel.ids import TaskId
from tingtang.kernel.permissions import Actor

VIEW = "hall.call"


class CallView(msgspec.Struct, frozen=True):
    """The newest call of today; all empty where there was none.

    Who comes is named as customers may know them: 周*航.
    """

    task: TaskId = TaskId("")
    state: TaskState | None = None
    raised_ms: int = 0
    accepted_ms: int = 0
    closed_ms: int = 0
    name: str = ""


def about_call(caller: str) -> str:
    """What a call is about: its caller, so that pressing again does not call twice."""
    return f"call:{caller}"


def call(board: TaskBoard, caller: str, names: Names) -> CallView:
    """The newest call of ``caller`` (an actor's name)."""
    about = about_call(caller)
    task_id = board.open.get(about) or board.closed.get(about)
    if task_id is None:
        return CallView()
    task = board.tasks[task_id]
    return CallView(
        task=task.id,
        state=task.state,
        raised_ms=task.raised_ms,
        accepted_ms=task.accepted_ms,
        closed_ms=task.closed_ms,
        name=mask_name(names.staff(task.accepted_by)) if task.accepted_by else "",
    )


async def own_call(actor: Actor, key: str) -> bool:
    """True for the caller alone: keys are ``branch/caller``."""
    return key.partition("/")[2] == actor.name
