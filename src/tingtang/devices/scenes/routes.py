"""HTTP of scenes: list, write, set, try again."""

import msgspec
from litestar import delete, get, post, put

from tingtang.devices.scenes import views
from tingtang.devices.scenes.daylight.control import Daylight
from tingtang.devices.scenes.daylight.model import BranchDaylight
from tingtang.devices.scenes.model import Scene, SceneCode, SceneDraft, SceneRun
from tingtang.devices.scenes.service import SceneService
from tingtang.kernel.errors import BAD_INPUT, Refused
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.web import permit

BRANCH = "/api/branches/{branch:str}/scenes"
SCENE = BRANCH + "/{scene:str}"


class SceneBegun(msgspec.Struct, frozen=True):
    """It is being set; how far it is stands in the view ``devices.scene``."""

    run: str


@get(BRANCH, summary="Scenes of a branch", **permit(Permission.DEVICE_SEE))
async def of_branch(branch: str, scenes: SceneService) -> views.BranchScenes:
    """Every scene with what came of it when it was last set."""
    return branch_view(scenes, branch)


@get(SCENE, summary="One scene", **permit(Permission.DEVICE_SEE))
async def one(branch: str, scene: str, scenes: SceneService) -> Scene:
    """What it wants of which devices."""
    return scenes.book.scene(branch, scene)


@put(SCENE, summary="Save a scene", **permit(Permission.BRANCH_CONFIGURE))
async def save(
    branch: str, scene: str, data: SceneDraft, scenes: SceneService, actor: Actor
) -> Scene:
    """Write the branch's own version of a scene."""
    values = msgspec.structs.asdict(data)
    try:
        code = msgspec.convert(scene, SceneCode)
    except msgspec.ValidationError as error:
        raise Refused(BAD_INPUT, reason=f"scene: {error}") from None
    return await scenes.book.save(Scene(code=code, branch=branch, **values), actor)


@delete(SCENE, summary="Remove the branch's own version", **permit(Permission.BRANCH_CONFIGURE))
async def remove(branch: str, scene: str, scenes: SceneService, actor: Actor) -> None:
    """The scene as it came, if it did, holds again."""
    await scenes.book.remove(branch, scene, actor)


@post(f"{SCENE}/runs", summary="Set a scene", **permit(Permission.DEVICE_OPERATE))
async def run(
    branch: str, scene: str, scenes: SceneService, actor: Actor, key: Key | None
) -> SceneBegun:
    """Tell all its devices at once."""
    return SceneBegun(await scenes.run(branch, scene, actor, key))


@get(f"{SCENE}/runs/last", summary="What came of a scene", **permit(Permission.DEVICE_SEE))
async def last(branch: str, scene: str, scenes: SceneService) -> SceneRun:
    """The newest run with its result on every device."""
    return scenes.last(branch, scene)


@post(f"{SCENE}/retry", summary="Try the rest again", **permit(Permission.DEVICE_OPERATE))
async def retry(branch: str, scene: str, scenes: SceneService, actor: Actor) -> SceneBegun:
    """Tell those devices again that failed, gave no answer or could not be reached."""
    return SceneBegun(await scenes.retry(branch, scene, actor))


@get(
    "/api/branches/{branch:str}/daylight",
    summary="Daylight control",
    **permit(Permission.DEVICE_SEE),
)
async def light(branch: str, daylight: Daylight) -> BranchDaylight:
    """Zones that follow the daylight, and what that saved today."""
    return await daylight.view(branch)


def branch_view(scenes: SceneService, branch: str) -> views.BranchScenes:
    """``devices.scene``."""
    found = scenes.book.of(branch)
    planned = {one.code: len(scenes.plan(branch, one)) for one in found}
    runs = {
        one.code: scenes.runs[branch, one.code]
        for one in found
        if (branch, one.code) in scenes.runs
    }
    return views.branch(found, planned, runs)


ROUTES = (of_branch, one, save, remove, run, last, retry, light)
