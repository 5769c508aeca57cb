"""What must be answered before a branch's day may close.

Features after the hall register their questions here: the hall need not know what else a branch
does, and still its day ends for all of it at once.
"""

from collections.abc import Awaitable, Callable

from tingtang.hall.model import problems as p
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId
from tingtang.kernel.text import Text

Question = Callable[[BranchId], Awaitable[list[Text]]]
"""What keeps a branch's day open, in words; nothing where it may close."""


class Closing:
    """All questions."""

    def __init__(self) -> None:
        self._questions: list[Question] = []

    def ask(self, question: Question) -> None:
        """Ask this too, each time a day is to be closed."""
        self._questions.append(question)

    async def open_matters(self, branch: BranchId) -> list[Text]:
        """All that is open."""
        return [words for question in self._questions for words in await question(branch)]

    async def check(self, branch: BranchId) -> None:
        """Refuse (open_matters), saying what is open."""
        found = await self.open_matters(branch)
        if found:
            zh = "；".join(one.zh for one in found)
            en = "; ".join(one.in_language("en") for one in found)
            raise Refused(p.OPEN_MATTERS, open=Text(zh, en))
