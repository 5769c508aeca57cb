"""HTTP of the designer."""

from typing import Annotated, Any

import msgspec
from litestar import get, post

from tingtang.journeys.actions import Actions
from tingtang.journeys.designer.model import Finding
from tingtang.journeys.designer.service import Designer, Given, Trial, VersionText, VersionView
from tingtang.journeys.model.scenario import Channel
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.text import Text
from tingtang.kernel.web import permit

PATH = "/api/designer"
ONE = f"{PATH}/scenarios/{{scenario:str}}"
VERSION = f"{ONE}/versions/{{version:int}}"

Files = Annotated[
    dict[str, str], msgspec.Meta(max_length=40, description="file names and their texts")
]


class SaveRequest(msgspec.Struct, frozen=True):
    """The scenario's own file ``<scenario>.bpmn``, and tables ``*.dmn`` that it changes."""

    files: Files
    note: Annotated[str, msgspec.Meta(max_length=400)] = ""


class CheckRequest(msgspec.Struct, frozen=True):
    files: Files


class TrialRequest(msgspec.Struct, frozen=True):
    """What was answered so far, step by step; nothing real is asked or done."""

    files: Files
    channel: Channel = Channel.KIOSK
    given: list[Given] = []


class SendBackRequest(msgspec.Struct, frozen=True):
    reason: Annotated[str, msgspec.Meta(min_length=2, max_length=400)]


class VersionList(msgspec.Struct, frozen=True):
    versions: list[VersionView]


class FindingList(msgspec.Struct, frozen=True):
    findings: list[Finding]


class SavedVersion(msgspec.Struct, frozen=True):
    version: int


class ActionView(msgspec.Struct, frozen=True):
    """What a service task may ask for."""

    name: str
    about: Text
    has_effect: bool
    inputs: dict[str, Text]
    gives: dict[str, Text]


class ActionList(msgspec.Struct, frozen=True):
    actions: list[ActionView]


@get(f"{PATH}/versions", summary="All versions", **permit(Permission.SCENARIO_SEE))
async def list_versions(designer: Designer, scenario: str = "") -> VersionList:
    """The newest first, of one scenario or of all."""
    return VersionList(await designer.versions(scenario))


@get(f"{PATH}/actions", summary="What scenarios can do", **permit(Permission.SCENARIO_SEE))
async def list_actions(actions: Actions) -> ActionList:
    """Every action, with what goes in and what comes out."""
    return ActionList(
        [ActionView(a.name, a.about, a.has_effect, a.inputs, a.gives) for a in actions.all()]
    )


@get(VERSION, summary="A version", **permit(Permission.SCENARIO_SEE))
async def read_version(scenario: str, version: int, designer: Designer) -> VersionText:
    """Its files, with a drawing, and what was found in it."""
    return await designer.text(scenario, version)


@post(f"{ONE}/check", summary="Look over", **permit(Permission.SCENARIO_EDIT))
async def check_scenario(scenario: str, data: CheckRequest, designer: Designer) -> FindingList:
    """Faults keep it from being released; hints do not."""
    return FindingList(designer.check(scenario, data.files))


@post(f"{ONE}/trial", summary="Try out", **permit(Permission.SCENARIO_EDIT))
async def try_scenario(scenario: str, data: TrialRequest, designer: Designer) -> Trial:
    """The next step after these answers and outcomes."""
    return designer.trial(scenario, data.files, data.channel, data.given)


@post(f"{ONE}/drafts", summary="Save a draft", **permit(Permission.SCENARIO_EDIT))
async def save_draft(
    scenario: str, data: SaveRequest, designer: Designer, actor: Actor
) -> SavedVersion:
    """One draft a person: saving again writes over it."""
    return SavedVersion(await designer.save(scenario, data.files, data.note, actor))


@post(f"{VERSION}/submit", summary="Ask for release", **permit(Permission.SCENARIO_EDIT))
async def submit_version(
    scenario: str, version: int, designer: Designer, actor: Actor
) -> SavedVersion:
    """Refused while it has faults."""
    await designer.submit(scenario, version, actor)
    return SavedVersion(version)


@post(f"{VERSION}/send-back", summary="Send back", **permit(Permission.SCENARIO_RELEASE))
async def send_back_version(
    scenario: str, version: int, data: SendBackRequest, designer: Designer, actor: Actor
) -> SavedVersion:
    """Back to its author, with what should be changed."""
    await designer.send_back(scenario, version, data.reason, actor)
    return SavedVersion(version)


@post(f"{VERSION}/release", summary="Release", **permit(Permission.SCENARIO_RELEASE))
async def release_version(
    scenario: str, version: int, designer: Designer, actor: Actor
) -> SavedVersion:
    """By somebody else than its author; running journeys finish on what they began with."""
    await designer.release(scenario, version, actor)
    return SavedVersion(version)


ROUTES: list[Any] = [
    list_versions, list_actions, read_version, check_scenario, try_scenario, save_draft,
    submit_version, send_back_version, release_version,
]  # fmt: skip
