"""HTTP of the business day: open, close, stop taking, messages to all who wait."""

from typing import Annotated

import msgspec
from litestar import get, post

from tingtang.hall import views
from tingtang.hall.closing import Closing
from tingtang.hall.model import commands as c
from tingtang.hall.service import HallService
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.web import permit

DAY_PATH = "/api/branches/{branch:str}/day"


class NoticeRequest(msgspec.Struct, frozen=True):
    """A message to everybody who waits, on boards and phones."""

    zh: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    en: Annotated[str, msgspec.Meta(max_length=300)] = ""
    minutes: Annotated[int, msgspec.Meta(ge=1, le=480)] = 30


class NoticeSent(msgspec.Struct, frozen=True):
    notice: str


@get(
    "/api/branches/{branch:str}/board",
    summary="The public state of the hall",
    **permit(Permission.BOARD_SEE),
)
async def read_board(branch: str, hall: HallService) -> views.BoardView:
    """Called numbers, lines with waiting times, windows, messages."""
    return views.board(*await hall.in_day(BranchId(branch)))


@get(
    "/api/branches/{branch:str}/monitor",
    summary="The day's figures so far",
    **permit(Permission.MONITOR_SEE),
)
async def read_monitor(branch: str, hall: HallService) -> views.MonitorView:
    """The service monitor."""
    return views.monitor(*await hall.in_day(BranchId(branch)))


@post(f"{DAY_PATH}/open", summary="Open the day", status_code=204, **permit(Permission.DAY_CONTROL))
async def open_day(branch: str, hall: HallService, actor: Actor, key: Key | None) -> None:
    """Open the business day."""
    await hall.open_day(BranchId(branch), actor, key)


@post(
    f"{DAY_PATH}/close", summary="Close the day", status_code=204, **permit(Permission.DAY_CONTROL)
)
async def close_day(
    branch: str, hall: HallService, closing: Closing, actor: Actor, key: Key | None
) -> None:
    """Close the business day; refused while somebody is being served, or something else that the
    branch does is not done.
    """
    if not (await hall.state(BranchId(branch))).closed_ms:
        await closing.check(BranchId(branch))
    await hall.run(BranchId(branch), c.CloseDay(), actor, key=key)


@post(f"{DAY_PATH}/stop", summary="Stop taking", status_code=204, **permit(Permission.DAY_CONTROL))
async def stop_taking(branch: str, hall: HallService, actor: Actor, key: Key | None) -> None:
    """Give out no more tickets; those who wait are still served."""
    await hall.run(BranchId(branch), c.StopTaking(), actor, key=key)


@post(f"{DAY_PATH}/resume", summary="Take again", status_code=204, **permit(Permission.DAY_CONTROL))
async def resume_taking(branch: str, hall: HallService, actor: Actor, key: Key | None) -> None:
    """Give out tickets again."""
    await hall.run(BranchId(branch), c.ResumeTaking(), actor, key=key)


@post(
    "/api/branches/{branch:str}/notices",
    summary="Message all who wait",
    **permit(Permission.MESSAGE_WAITING),
)
async def send_notice(
    branch: str, data: NoticeRequest, hall: HallService, actor: Actor, key: Key | None
) -> NoticeSent:
    """Show a message on every board and every waiting customer's phone."""
    notice = hall.ids.new(hall.clock.now_ms())
    command = c.SendNotice(notice=notice, zh=data.zh, en=data.en, minutes=data.minutes)
    answer = msgspec.json.encode(NoticeSent(notice))
    done = await hall.run(BranchId(branch), command, actor, key=key, answer=lambda *_: answer)
    return msgspec.json.decode(done.answer, type=NoticeSent)


@post(
    "/api/branches/{branch:str}/notices/{notice:str}/withdraw",
    summary="Withdraw a message",
    status_code=204,
    **permit(Permission.MESSAGE_WAITING),
)
async def withdraw_notice(
    branch: str, notice: str, hall: HallService, actor: Actor, key: Key | None
) -> None:
    """Take a message down."""
    await hall.run(BranchId(branch), c.WithdrawNotice(notice=notice), actor, key=key)


ROUTES = (
    read_board, read_monitor, open_day, close_day, stop_taking, resume_taking, send_notice,
    withdraw_notice,
)  # fmt: skip
