"""HTTP of what the whole bank shares: tree, catalogue, register, templates, themes."""

import hashlib

import msgspec
from litestar import Response, get, put

from tingtang.kernel.errors import Refused
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.web import AnyRequest, permit, public
from tingtang.org.directory import Directory
from tingtang.org.model.problems import BROKEN_REFERENCE
from tingtang.org.model.records import Migration, Service, Theme, Unit
from tingtang.org.model.template import Template
from tingtang.org.model.theme import as_css
from tingtang.org.structure import OrgService
from tingtang.org.templates import all_templates
from tingtang.org.views import MigrationRegister, TreeUnit, migration_register, tree

BANK_THEME = "bank"
"""The theme of branches that name none."""


class Tree(msgspec.Struct, frozen=True):
    """The organisation as far as the caller reaches; ``root`` is null where there is none yet."""

    root: TreeUnit | None


class Services(msgspec.Struct, frozen=True):
    services: list[Service]


class Templates(msgspec.Struct, frozen=True):
    templates: list[Template]


class Themes(msgspec.Struct, frozen=True):
    themes: list[Theme]


@get("/api/org/tree", **permit(Permission.ORG_SEE))
async def read_tree(directory: Directory, actor: Actor) -> Tree:
    """Head office, managing branches and branches in the caller's reach."""
    return Tree(tree(directory.units(), directory.branches(), actor.branches))


@put("/api/org/units/{unit:str}", **permit(Permission.ORG_EDIT))
async def save_unit(org: OrgService, unit: str, data: Unit, actor: Actor) -> Unit:
    """Create or replace a unit above the branches."""
    same_id("id", data.id, unit)
    return await org.save_unit(data, actor)


@get("/api/services", **permit(Permission.ORG_SEE))
async def list_services(directory: Directory) -> Services:
    """The bank's whole service catalogue."""
    return Services(directory.services())


@put("/api/services/{service:str}", **permit(Permission.ORG_EDIT))
async def save_service(org: OrgService, service: str, data: Service, actor: Actor) -> Service:
    """Create or replace an entry of the catalogue."""
    same_id("id", data.id, service)
    return await org.save_service(data, actor)


@get("/api/migrations", **permit(Permission.ORG_SEE))
async def read_migrations(directory: Directory) -> MigrationRegister:
    """The register of business moved to machines, online and to central operations."""
    return migration_register(directory.migrations(), directory.services())


@put("/api/migrations/{migration:str}", **permit(Permission.ORG_EDIT))
async def save_migration(
    org: OrgService, migration: str, data: Migration, actor: Actor
) -> Migration:
    """Create or replace a line of the register."""
    same_id("id", data.id, migration)
    return await org.save_migration(data, actor)


@get("/api/templates", **permit(Permission.ORG_SEE))
async def list_templates() -> Templates:
    """The branch templates and everything each of them sets."""
    return Templates(list(all_templates().values()))


@get("/api/themes", **permit(Permission.ORG_SEE))
async def list_themes(directory: Directory) -> Themes:
    """The theme packs."""
    return Themes(directory.themes())


@put("/api/themes/{theme:str}", **permit(Permission.ORG_EDIT))
async def save_theme(org: OrgService, theme: str, data: Theme, actor: Actor) -> Theme:
    """Create or replace a theme pack; the one called `bank` is everybody's."""
    same_id("id", data.id, theme)
    return await org.save_theme(data, actor)


@get("/theme.css", include_in_schema=False, **public("how the pages look is no secret"))
async def read_theme(request: AnyRequest, directory: Directory, actor: Actor) -> Response[str]:
    """The style sheet of the caller's branch, or of `?branch=`; empty where no theme was set."""
    branch = request.query_params.get("branch", "")
    if not branch and actor.branches is not None and len(actor.branches) == 1:
        branch = next(iter(actor.branches))
    name = directory.branch(branch).theme if directory.has_branch(branch) else ""
    theme = directory.theme(name or BANK_THEME)
    css = "" if theme is None else as_css(theme)
    tag = f'"{hashlib.sha256(css.encode()).hexdigest()[:16]}"'
    headers = {"cache-control": "no-cache", "etag": tag, "vary": "cookie"}
    if request.headers.get("if-none-match") == tag:
        return Response("", status_code=304, media_type="text/css", headers=headers)
    return Response(css, media_type="text/css", headers=headers)


def same_id(field: str, given: str, expected: str) -> None:
    """Refuse a body whose id is not the one in the path."""
    if given != expected:
        raise Refused(BROKEN_REFERENCE, field=field, id=given)


ROUTES = (
    read_tree, save_unit, list_services, save_service, read_migrations, save_migration,
    list_templates, list_themes, save_theme, read_theme,
)  # fmt: skip
