"""Why a machine did not do what a journey asked of it, and the words for the customer."""

from tingtang.journeys.actions import Declined
from tingtang.kernel.text import Text

TOO_LATE = Text("没有等到您的操作，请再试一次", "Nothing came in time; please try again")
INTERRUPTED = Text(
    "上一次操作中断了，请重新操作", "The last attempt was interrupted; please do it again"
)
UNREADABLE = Text(
    "没有读出内容，请检查放置方向后重试", "It could not be read; check how it lies and try again"
)
CASH_CLOSED = Text(
    "本机正在清点现金，暂不收付现金；您的款项没有变动，请换一台机器或到柜台办理",
    "This machine's cash is being counted: it takes in and hands out none now. Nothing of yours was "
    "moved; use another machine or go to a counter",
)
BROKEN = Text("设备出错，请联系大堂经理", "The machine failed; please ask the lobby manager")


class NotDone(Exception):  # noqa: N818
    """A machine says no, or nothing; ``declined`` is what the journey is told."""

    code = ""
    words = BROKEN

    def __init__(self, staff: str = "") -> None:
        super().__init__(self.code)
        self._staff = staff

    @property
    def declined(self) -> Declined:
        return Declined(self.code, self.words, staff=self._staff)


class Interrupted(NotDone):
    """The process ended in the middle, or the answer was lost: nothing was lost but the reading."""

    code, words = "interrupted", INTERRUPTED


class GivenUp(NotDone):
    """The customer pressed cancel."""

    code, words = "given_up", Text("您取消了输入", "You cancelled")


class NotAlike(NotDone):
    """The PIN was not the same the second time."""

    code = "pins_differ"
    words = Text("两次输入的密码不一致，请重试", "The two PINs differ; please try again")


class TokenPinWrong(NotDone):
    """The U盾 says that its PIN is another."""

    code = "token_pin_wrong"

    def __init__(self, left: int) -> None:
        """``left`` is how often it may still be tried."""
        super().__init__()
        self.words = Text(
            f"U盾密码错误，还可输入 {left} 次", f"Wrong PIN of the U-key; {left} tries are left"
        )


class TokenBlocked(NotDone):
    """The U盾 takes no PIN any more."""

    code = "token_blocked"
    words = Text(
        "U盾已锁定，请换一种方式核验，并到柜台重置U盾",
        "The U-key is blocked: identify yourself in another way, and have it reset at a counter",
    )


class CashNotKnown(NotDone):
    """The machine cannot say whether notes were handed out."""

    code = "cash_not_known"


class CashInside(NotDone):
    """Notes are inside that nobody booked and that do not come out."""

    code = "cash_inside"
    words = Text(
        "机器内有未退出的现金，已通知工作人员，请稍候",
        "There is cash inside that did not come out; our staff have been called, please wait",
    )


class NothingCameOut(NotDone):
    """The machine's own counts say that no note was handed out, and none will be."""

    code, words = "nothing_came_out", Text("机器没有出钞", "The machine handed nothing out")


class SomethingInside(NotDone):
    """Somebody's card or book is inside before this customer put anything in: it is not theirs."""

    code = "inside_already"
    words = Text(
        "机器里有他人的卡或存折，请联系大堂经理",
        "A card or book of somebody else is inside; please ask the lobby manager",
    )


class Stuck(NotDone):
    """A card or book is inside and does not come out."""

    code = "stuck"
    words = Text(
        "卡或存折留在了机器内，请联系大堂经理",
        "Your card or book is held in the machine; please ask the lobby manager",
    )


class Kept(NotDone):
    """It was given back, nobody took it, and the machine drew it in again for safety."""

    code = "kept"
    words = Text(
        "卡或存折未及时取走，已由机器收回，请联系大堂经理",
        "It was not taken in time and the machine keeps it; please ask the lobby manager",
    )
