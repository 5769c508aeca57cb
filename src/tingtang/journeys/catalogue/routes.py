"""HTTP of the catalogue."""

from typing import Annotated

from litestar import get
from litestar.params import Parameter

from tingtang.journeys.catalogue.service import Catalogue, CatalogueView
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import Permission
from tingtang.kernel.web import permit
from tingtang.org.directory import Directory

Days = Annotated[int, Parameter(ge=1, le=366)]


@get("/api/catalogue", summary="Business catalogue and coverage", **permit(Permission.SCENARIO_SEE))
async def read_catalogue(
    catalogue: Catalogue, directory: Directory, days: Days = 30, branch: str = ""
) -> CatalogueView:
    """All scenes of personal counter business, and how much of its volume customers can do
    themselves: by declared shares (an assumption), and by journeys that were done (measured).
    """
    if branch:
        directory.branch(BranchId(branch))
    return await catalogue.view(branch, days)


ROUTES = [read_catalogue]
