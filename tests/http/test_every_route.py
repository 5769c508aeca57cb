"""Every route and every live view with every role: what was declared is what holds; default deny."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.http.world import World, open_world
from tingtang.http.routes import DeclaredRoute
from tingtang.kernel.errors import Refused
from tingtang.kernel.permissions import (
    FORBIDDEN,
    GRANTS,
    NOBODY,
    SIGN_IN_FIRST,
    Actor,
    ActorKind,
    Permission,
    Role,
    granted,
)
from tingtang.org.people import STAFF_ROLES
from tingtang.org.sign_in.identity import STRANGER, Identity

STRICTER = {
    ("GET", "/api/branches/{branch:str}/door"): {Role.DOOR_QR, Role.CUSTOMER_LINK},
    # Machines and customers call the manager instead.
    ("POST", "/api/branches/{branch:str}/tasks"): set(Role) - STAFF_ROLES,
    # Its own person only: the walk's staff have no password, machines and phones never have one.
    ("POST", "/api/session/password"): set(Role),
    ("POST", "/api/session/second-factor/confirm"): set(Role),
    ("POST", "/api/session/second-factor"): set(Role) - STAFF_ROLES,
    # Never who asked for it: the walk's staff are one person.
    ("POST", "/api/branches/{branch:str}/clearing-day/close"): STAFF_ROLES,
}
"""Routes that refuse some whom their permission would allow, and whom."""

IDS = {"branch": "east", "version": "1", "cell": "1"}
"""Path parameters that must exist, or be numbers; all others are ids of nothing."""


def actor_of(role: Role, branch: str = "east") -> Actor:
    """Somebody who holds just this role, in one branch."""
    roles = frozenset({role})
    kind = ActorKind.STAFF if role in STAFF_ROLES else ActorKind.TERMINAL
    if role in {Role.DOOR_QR, Role.CUSTOMER_LINK}:
        kind = ActorKind.CUSTOMER
    subject = "ticket-1" if role is Role.CUSTOMER_LINK else ""
    id_ = "staff.chen.yutong" if kind is ActorKind.STAFF else f"{role}-1"
    return Actor(kind, id_, roles, granted(roles), frozenset({branch}), subject)


ACTORS = {role.value: actor_of(role) for role in Role}


@pytest_asyncio.fixture
async def walk(
    seeded_bank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """The bank, whose callers are who their token says they are."""
    async with open_world(seeded_bank, tmp_path, public_per_second=1e6) as world:
        identities = {name: Identity(actor, "s") for name, actor in ACTORS.items()}
        monkeypatch.setattr(
            world.sign_in.sessions, "known", lambda token: identities.get(token, STRANGER)
        )
        yield world


async def ask(client: httpx.AsyncClient, route: DeclaredRoute, branch: str = "east") -> int:
    path = route.path
    for part in route.path.split("/"):
        if part.startswith("{"):
            name = part.strip("{}").partition(":")[0]
            value = branch if name == "branch" else IDS.get(name, "nothing-of-this-name")
            path = path.replace(part, value)
    body = None if route.method in {"GET", "DELETE"} else b"{}"
    answer = await client.request(
        route.method, path, content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code < 500 or answer.status_code == 503, (route.path, answer.text)
    return answer.status_code


def is_allowed(route: DeclaredRoute, actor: Actor) -> bool:
    return route.permission is None or route.permission in actor.permissions


@pytest.mark.shows("R010", part="a permission on every route, default deny")
@pytest.mark.parametrize("role", [*Role, None])
async def test_every_route_with_every_role(walk: World, role: Role | None) -> None:
    actor = NOBODY if role is None else ACTORS[role.value]
    client = walk.client() if role is None else walk.bearer(role.value)
    wrong = []
    for route in walk.app.routes:
        name = (route.method, route.path)
        status = await ask(client, route)
        if is_allowed(route, actor):
            expected = status not in {401, 403} or route.public or role in STRICTER.get(name, ())
        else:
            expected = status == (401 if role is None else 403)
        if not expected:
            wrong.append((*name, route.permission, status))
    assert wrong == []


@pytest.mark.shows("R010", part="scope of data")
async def test_no_route_reaches_another_branch(walk: World) -> None:
    wrong = []
    scoped = [
        route for route in walk.app.routes if route.permission and "{branch:str}" in route.path
    ]
    assert len(scoped) > 20
    for route in scoped:
        for role in Role:
            if route.permission in GRANTS[role]:
                status = await ask(walk.bearer(role.value), route, "willow")
                if status != 403:
                    wrong.append((route.method, route.path, role.value, status))
    assert wrong == []


class Ears:
    """A watcher that only listens."""

    def send(self, message: bytes) -> None:
        pass


async def test_every_live_view_with_every_role(walk: World) -> None:
    live = walk.app.parts.live
    wrong = []
    for view in live.views():
        for name, actor in {**ACTORS, "nobody": NOBODY}.items():
            for key in ("east", "east/nothing", "willow"):
                ears = Ears()
                try:
                    await live.watch(view.name, key, actor, ears, None)
                except Refused as refused:
                    code = refused.problem
                else:
                    code = None
                live.unwatch(view.name, key, ears)
                outside = key.startswith("willow") and bool(view.branch_of(key))
                in_reach = view.permission in actor.permissions and not outside
                is_refused = code in {FORBIDDEN, SIGN_IN_FIRST}
                if in_reach == is_refused:
                    wrong.append((view.name, key, name, code))
    assert wrong == []
    assert len(live.views()) >= 3


def test_only_who_must_may_do_what_is_dangerous() -> None:
    """The page of permissions itself: separation of duties as the rules have it."""

    def holders(permission: Permission) -> set[Role]:
        return {role for role in Role if permission in GRANTS[role]}

    assert holders(Permission.ROLES_GRANT) == {Role.SECURITY_ADMIN}
    assert holders(Permission.AUDIT_SEE) == {Role.AUDIT_ADMIN}
    assert holders(Permission.SYSTEM_OPERATE) == {Role.SYSTEM_ADMIN}
    assert holders(Permission.ORG_EDIT) == {Role.HEAD_OFFICE}
    for role in set(Role) - STAFF_ROLES:
        assert not GRANTS[role] & {Permission.CUSTOMER_SEE, Permission.HALL_SEE, Permission.ORG_SEE}
