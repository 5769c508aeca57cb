"""HTTP of settings: every feature's section, for a branch or for the whole bank."""

from typing import Any

import msgspec
from litestar import get, put

from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.text import Text
from tingtang.kernel.web import permit
from tingtang.org.directory import Directory
from tingtang.org.structure import OrgService


class SectionInfo(msgspec.Struct, frozen=True):
    """A section and where its present values come from."""

    section: str
    title: Text
    revision: int
    source: str
    may_edit: bool


class SectionList(msgspec.Struct, frozen=True):
    sections: list[SectionInfo]


class SectionAnswer(msgspec.Struct, frozen=True):
    """The values that hold, the shape they must have, and what to send back when changing them."""

    section: str
    title: Text
    values: dict[str, Any]
    revision: int
    source: str
    json_schema: dict[str, Any]


class SectionChange(msgspec.Struct, frozen=True):
    """New values. ``revision`` is the one that was read: a change made meanwhile is not lost."""

    values: dict[str, Any]
    revision: int | None = None


class Revision(msgspec.Struct, frozen=True):
    revision: int
    changed_ms: int
    changed_by: str
    body: dict[str, Any]


class Revisions(msgspec.Struct, frozen=True):
    revisions: list[Revision]


@get("/api/branches/{branch:str}/settings", **permit(Permission.RULES_SEE))
async def list_sections(directory: Directory, branch: str, actor: Actor) -> SectionList:
    """All sections, where their values come from, and whether the caller may change them."""
    directory.branch(branch)
    return SectionList(
        [
            SectionInfo(
                one.name,
                one.title,
                (value := directory.section_value(branch, one.name)).revision,
                value.source,
                actor.may(one.edit, branch),
            )
            for one in directory.sections.all()
            if actor.may(one.see, branch)
        ]
    )


@get("/api/branches/{branch:str}/settings/{section:str}", **permit(Permission.RULES_SEE))
async def read_section(
    directory: Directory, branch: str, section: str, actor: Actor
) -> SectionAnswer:
    """A section's values as they hold in the branch, with their JSON Schema."""
    directory.branch(branch)
    return _answer(directory, branch, section, actor)


@put("/api/branches/{branch:str}/settings/{section:str}", **permit(Permission.RULES_SEE))
async def save_section(
    org: OrgService, branch: str, section: str, data: SectionChange, actor: Actor
) -> SectionAnswer:
    """Choose a section's values for the branch; each section says who may."""
    org.directory.branch(branch)
    await org.save_section(branch, section, data.values, actor, data.revision)
    return _answer(org.directory, branch, section, actor)


@get("/api/branches/{branch:str}/settings/{section:str}/history", **permit(Permission.RULES_SEE))
async def read_history(org: OrgService, branch: str, section: str, actor: Actor) -> Revisions:
    """Who changed a section when, and to what; newest first."""
    actor.require(org.directory.sections.named(section).see, branch)
    rows = await org.section_history(branch, section)
    return Revisions([msgspec.convert(row, Revision) for row in rows])


@get("/api/settings/{section:str}", **permit(Permission.RULES_EDIT))
async def read_bank_section(directory: Directory, section: str, actor: Actor) -> SectionAnswer:
    """A section's values for branches whose template and own settings say nothing."""
    return _answer(directory, "", section, actor)


@put("/api/settings/{section:str}", **permit(Permission.RULES_EDIT))
async def save_bank_section(
    org: OrgService, section: str, data: SectionChange, actor: Actor
) -> SectionAnswer:
    """Choose a section's values for the whole bank."""
    await org.save_section("", section, data.values, actor, data.revision)
    return _answer(org.directory, "", section, actor)


def _answer(directory: Directory, branch: str, name: str, actor: Actor) -> SectionAnswer:
    section = directory.sections.named(name)
    actor.require(section.see, branch or None)
    value = directory.section_value(branch, name)
    return SectionAnswer(
        name,
        section.title,
        msgspec.to_builtins(value.values, str_keys=True),
        value.revision,
        value.source,
        directory.sections.schema(name),
    )


ROUTES = (
    list_sections, read_section, save_section, read_history, read_bank_section, save_bank_section,
)  # fmt: skip
