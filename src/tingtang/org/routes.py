"""HTTP of the organisation."""

import msgspec
from litestar import get

from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.web import permit
from tingtang.org.directory import Directory
from tingtang.org.model.records import Branch


class Branches(msgspec.Struct, frozen=True):
    """The branches in reach of the caller."""

    branches: list[Branch]


@get("/api/branches", **permit(Permission.ORG_SEE))
async def list_branches(directory: Directory, actor: Actor) -> Branches:
    """All branches in reach."""
    reach = actor.branches
    return Branches([b for b in directory.branches() if reach is None or b.id in reach])


@get("/api/branches/{branch:str}", **permit(Permission.ORG_SEE))
async def read_branch(directory: Directory, branch: str) -> Branch:
    """One branch."""
    return directory.branch(branch)


ROUTES = (list_branches, read_branch)
