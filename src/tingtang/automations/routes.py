"""HTTP of automations: list, write, switch, try against a day, run."""

from typing import Annotated

import msgspec
from litestar import delete, get, post, put
from litestar.params import Parameter

from tingtang.automations import views
from tingtang.kernel.automations.book import RUNS_LISTED_MAX, AutomationRun
from tingtang.kernel.automations.declared import Automation, AutomationDraft, AutomationId
from tingtang.kernel.automations.engine import Automations
from tingtang.kernel.automations.offered import Catalogue
from tingtang.kernel.automations.trial import AutomationTrial, try_day
from tingtang.kernel.errors import BAD_INPUT, Refused
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.web import permit

BRANCH = "/api/branches/{branch:str}/automations"
ONE = BRANCH + "/{automation:str}"
BANK = "/api/automations"


class Enabling(msgspec.Struct, frozen=True):
    enabled: bool


class DayToTry(msgspec.Struct, frozen=True):
    """An automation, saved or not yet, and the day to try it on: YYYY-MM-DD of the branch.

    ``id`` names a saved one, whose own doing on that day is then told apart.
    """

    date: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    draft: AutomationDraft
    id: Annotated[str, msgspec.Meta(max_length=60)] = ""


class RunBegun(msgspec.Struct, frozen=True):
    run: str


@get(
    "/api/branches/{branch:str}/automation-words",
    summary="What automations can be made of",
    **permit(Permission.RULES_SEE),
)
async def words(branch: str, automations: Automations) -> Catalogue:
    """Every event, fact and action that is offered, and the lists to choose from in this branch."""
    automations.places.place(branch)
    return automations.offers.catalogue(branch)


@get(BRANCH, summary="Automations of a branch", **permit(Permission.RULES_SEE))
async def of_branch(branch: str, automations: Automations) -> views.BranchAutomations:
    """All that hold in a branch: its own, the bank's, and those that come with Tingtang."""
    return branch_view(automations, branch)


@put(ONE, summary="Save an automation of a branch", **permit(Permission.BRANCH_CONFIGURE))
async def save(
    branch: str, automation: str, data: AutomationDraft, automations: Automations, actor: Actor
) -> Automation:
    """Write a branch's own version; it stands over the bank's and the shipped one of this id."""
    automations.places.place(branch)
    return await automations.save(_named(data, automation, branch), actor)


@delete(ONE, summary="Remove a branch's own version", **permit(Permission.BRANCH_CONFIGURE))
async def remove(branch: str, automation: str, automations: Automations, actor: Actor) -> None:
    """What stood behind it, the bank's or the shipped one, holds again."""
    await automations.remove(branch, automation, actor)


@put(f"{ONE}/enabled", summary="Switch an automation", **permit(Permission.BRANCH_CONFIGURE))
async def enable(
    branch: str, automation: str, data: Enabling, automations: Automations, actor: Actor
) -> Automation:
    """Switch it on or off in this branch."""
    return await automations.enable(branch, automation, data.enabled, actor)


@post(f"{ONE}/runs", summary="Run an automation now", **permit(Permission.DAY_CONTROL))
async def run(
    branch: str, automation: str, automations: Automations, actor: Actor, key: Key | None
) -> RunBegun:
    """Do what it does, whatever its triggers and condition say."""
    return RunBegun(await automations.run_now(branch, automation, actor, key))


@get(f"{ONE}/runs", summary="Runs of an automation", **permit(Permission.RULES_SEE))
async def runs(
    branch: str,
    automation: str,
    automations: Automations,
    limit: Annotated[int, Parameter(ge=1, le=RUNS_LISTED_MAX)] = 20,
) -> list[AutomationRun]:
    """Its newest runs: why, what was done, and what came of each action."""
    return await automations.book.runs(branch, automation, limit)


@post(
    "/api/branches/{branch:str}/automation-trials",
    summary="Try an automation against a day",
    status_code=200,
    **permit(Permission.RULES_SEE),
)
async def try_it(branch: str, data: DayToTry, automations: Automations) -> AutomationTrial:
    """Go through a day's events without doing anything: when would it have run, and done what."""
    draft = data.draft
    automations.check_words(draft, branch)
    if data.id:
        draft = _named(draft, data.id, branch)
    return await try_day(automations, draft, branch, data.date)


@get(
    "/api/automation-words",
    summary="What automations of the bank can be made of",
    **permit(Permission.RULES_SEE),
)
async def words_of_bank(automations: Automations) -> Catalogue:
    """As for a branch, but of the lists only what every branch has: no zones, no devices."""
    return automations.offers.catalogue("")


@get(BANK, summary="Automations of the bank", **permit(Permission.RULES_SEE))
async def of_bank(automations: Automations, actor: Actor) -> views.BankAutomations:
    """Those that hold in all branches, unless one has its own version; and which ones have."""
    book, reach = automations.book, actor.branches
    return views.BankAutomations(
        {
            one.id: views.BankAutomation(
                automation=one,
                origin=book.origin("", one.id),
                behind=book.behind("", one.id),
                own_in=tuple(b for b in book.own_in(one.id) if reach is None or b in reach),
            )
            for one in book.of("")
        }
    )


@put(f"{BANK}/{{automation:str}}", summary="Save an automation of the bank", **permit(Permission.RULES_EDIT))  # fmt: skip
async def save_for_bank(
    automation: str, data: AutomationDraft, automations: Automations, actor: Actor
) -> Automation:
    """Write what holds in all branches that have no version of their own."""
    return await automations.save(_named(data, automation, ""), actor)


@put(f"{BANK}/{{automation:str}}/enabled", summary="Switch an automation of the bank", **permit(Permission.RULES_EDIT))  # fmt: skip
async def enable_for_bank(
    automation: str, data: Enabling, automations: Automations, actor: Actor
) -> Automation:
    """Switch it on or off in all branches that have no version of their own."""
    return await automations.enable("", automation, data.enabled, actor)


@delete(f"{BANK}/{{automation:str}}", summary="Remove the bank's version", **permit(Permission.RULES_EDIT))  # fmt: skip
async def remove_for_bank(automation: str, automations: Automations, actor: Actor) -> None:
    """What came with Tingtang, if anything, holds again."""
    await automations.remove("", automation, actor)


def branch_view(automations: Automations, branch: str) -> views.BranchAutomations:
    """``automations.branch``."""
    automations.places.place(branch)
    shown = []
    for one in automations.book.of(branch):
        cut_off = automations.cut_offs.get((branch, one.id))
        shown.append(
            views.AutomationView(
                automation=one,
                origin=automations.book.origin(branch, one.id),
                behind=automations.book.behind(branch, one.id),
                running=automations.runner.is_running(branch, one.id),
                last=automations.last(branch, one.id),
                cut_off=cut_off[0] if cut_off else None,
                cut_off_ms=cut_off[1] if cut_off else 0,
            )
        )
    return views.branch(branch in automations.places.branches(), shown)


def _named(draft: AutomationDraft, automation: str, branch: str) -> Automation:
    values = msgspec.structs.asdict(draft)
    try:
        name = msgspec.convert(automation, AutomationId)
    except msgspec.ValidationError as error:
        raise Refused(BAD_INPUT, reason=f"automation: {error}") from None
    return Automation(id=name, branch=branch, **values)


ROUTES = (
    words, of_branch, save, remove, enable, run, runs, try_it, words_of_bank, of_bank,
    save_for_bank, enable_for_bank, remove_for_bank,
)  # fmt: skip
