"""HTTP of re-allocation: what to change at the counters, and doing it with one tap."""

from litestar import get, post

from tingtang.hall.suggestions import Suggestions, SuggestionsView
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.web import permit

PATH = "/api/branches/{branch:str}/suggestions"


@get(PATH, summary="What to change at the counters", **permit(Permission.COUNTER_ASSIGN))
async def list_suggestions(branch: str, suggestions: Suggestions) -> SuggestionsView:
    """Counters to open, resume or switch, people to move; with reason and expected effect."""
    return await suggestions.view(BranchId(branch))


@post(
    f"{PATH}/{{suggestion:str}}/apply",
    summary="Do what is suggested",
    status_code=204,
    **permit(Permission.COUNTER_ASSIGN),
)
async def apply_suggestion(
    branch: str, suggestion: str, suggestions: Suggestions, actor: Actor, key: Key | None
) -> None:
    """Carry a suggestion out, if it is still what the hall needs."""
    await suggestions.apply(BranchId(branch), suggestion, actor, key)


ROUTES = (list_suggestions, apply_suggestion)
