"""HTTP of devices: the register, what they are told, what they measured."""

import base64
from typing import Annotated

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import Parameter

from tingtang.devices import views
from tingtang.devices.files import DeviceFiles
from tingtang.devices.model import problems as p
from tingtang.devices.model import records as r
from tingtang.devices.model.files import FileKind
from tingtang.devices.model.kinds import DeviceType
from tingtang.devices.model.state import DeviceState
from tingtang.devices.model.wire import Value
from tingtang.devices.register import Register
from tingtang.devices.service import DeviceService
from tingtang.devices.telemetry import Point
from tingtang.kernel.clock import DAY_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.text import Text
from tingtang.kernel.web import AnyRequest, permit, public
from tingtang.org.directory import Directory

BRANCH = "/api/branches/{branch:str}/devices"
DEVICE = BRANCH + "/{device:str}"
SENT = "/api/device-files/{device:str}"
REGISTERED = "/api/branches/{branch:str}/device-register"
PARAMETERS_MAX = 40
POINTS_MAX = 2_000


class Enrolled(msgspec.Struct, frozen=True):
    """A new device's user name and secret for the broker. The secret is shown this once."""

    device: str
    secret: str


class NewDevice(msgspec.Struct, frozen=True):
    """What is registered; the branch is that of the path."""

    id: r.DeviceId
    type: str
    name: r.Label
    name_en: Annotated[str, msgspec.Meta(max_length=40)] = ""
    zone: str = ""
    spot: r.Spot | None = None
    protocol: r.Protocol = r.Protocol.MQTT
    address: Annotated[str, msgspec.Meta(max_length=200)] = ""
    terminal: str = ""
    mac: r.Mac = ""
    wake_address: r.WakeAddress = ""
    plug: str = ""
    maker: r.Short = ""
    model: r.Short = ""
    serial: r.Short = ""
    bought: r.Date = ""
    warranty_until: r.Date = ""
    active: bool = True


class CommandRequest(msgspec.Struct, frozen=True):
    """``name`` is a command of the device's type, or ``set`` with values of its properties."""

    name: Annotated[str, msgspec.Meta(max_length=40)]
    parameters: Annotated[dict[str, Value], msgspec.Meta(max_length=PARAMETERS_MAX)] = {}


class CommandSent(msgspec.Struct, frozen=True):
    """The command is on its way; what comes of it is in the device's view."""

    command: str


class FileSent(msgspec.Struct, frozen=True):
    """It is kept, for a while, under this id."""

    file: str


class ModuleRequest(msgspec.Struct, frozen=True):
    enabled: bool


@get("/api/device-types", summary="Types of devices", **permit(Permission.DEVICE_SEE))
async def types(register: Register) -> list[DeviceType]:
    """Every declared type: what it measures, what can be set, what it can be told."""
    return list(register.types.values())


@get("/api/devices/fleet", summary="Devices of all branches", **permit(Permission.DEVICE_SEE))
async def fleet(
    devices: DeviceService, directory: Directory, actor: Actor
) -> list[views.BranchFleet]:
    """Every branch in reach with how many of its devices are how."""
    reach = actor.branches
    return views.fleet(
        [
            (one.id, one.name, [state for _, _, state in await _known(devices, one.id)])
            for one in directory.branches()
            if reach is None or one.id in reach
        ]
    )


@get(REGISTERED, summary="The register of a branch", **permit(Permission.DEVICE_SEE))
async def registered(branch: str, register: Register) -> list[r.Device]:
    """All that is registered of a branch's devices, those out of use too."""
    return register.registered_at(branch)


@get(BRANCH, summary="Devices of a branch", **permit(Permission.DEVICE_SEE))
async def of_branch(branch: str, devices: DeviceService) -> views.BranchDevices:
    """Every device with its present condition."""
    return await branch_view(devices, branch)


@post(BRANCH, summary="Register a device", **permit(Permission.DEVICE_ENROL))
async def enrol(branch: str, data: NewDevice, devices: DeviceService, actor: Actor) -> Enrolled:
    """Register a device and make its credentials."""
    return Enrolled(data.id, await devices.enrol(_record(branch, data), actor))


@get(DEVICE, summary="One device", **permit(Permission.DEVICE_SEE))
async def one(
    branch: str, device: str, devices: DeviceService, device_files: DeviceFiles
) -> views.DeviceView:
    """A device in full: parts, properties, commands, what is odd about it."""
    return await device_view(devices, device_files, _mine(devices.register, branch, device))


@put(DEVICE, summary="Change what is registered", **permit(Permission.DEVICE_ENROL))
async def save(
    branch: str, device: str, data: NewDevice, devices: DeviceService, actor: Actor
) -> r.Device:
    """Replace what is registered of a device; its id, branch and type stay."""
    _mine(devices.register, branch, device)
    record = msgspec.structs.replace(_record(branch, data), id=device)
    return await devices.save(record, actor)


@delete(DEVICE, summary="Remove a device", **permit(Permission.DEVICE_ENROL))
async def remove(branch: str, device: str, devices: DeviceService, actor: Actor) -> None:
    """Take a device out of the register; its credentials are dead at once."""
    _mine(devices.register, branch, device)
    await devices.remove(device, actor)


@post(f"{DEVICE}/secret", summary="New credentials", **permit(Permission.DEVICE_ENROL))
async def renew(branch: str, device: str, devices: DeviceService, actor: Actor) -> Enrolled:
    """Make new credentials; what is connected with the old ones is cut off."""
    _mine(devices.register, branch, device)
    return Enrolled(device, await devices.renew_secret(device, actor))


@post(f"{DEVICE}/commands", summary="Tell a device", **permit(Permission.DEVICE_OPERATE))
async def command(
    branch: str,
    device: str,
    data: CommandRequest,
    devices: DeviceService,
    actor: Actor,
    key: Key | None,
) -> CommandSent:
    """Tell a device to do something. Some commands are for those who maintain devices."""
    _mine(devices.register, branch, device)
    return CommandSent(await devices.give(device, data.name, data.parameters, actor, key))


@put(
    f"{DEVICE}/modules/{{module:str}}",
    summary="Put a part in or out of use",
    **permit(Permission.DEVICE_OPERATE),
)
async def switch_module(
    branch: str,
    device: str,
    module: str,
    data: ModuleRequest,
    devices: DeviceService,
    actor: Actor,
    key: Key | None,
) -> None:
    """What needs the part is no longer offered to customers, or offered again."""
    _mine(devices.register, branch, device)
    await devices.switch_module(device, module, data.enabled, actor, key)


@get(f"{DEVICE}/telemetry/{{name:str}}", summary="A series", **permit(Permission.DEVICE_SEE))
async def series(
    branch: str,
    device: str,
    name: str,
    devices: DeviceService,
    now_ms: int,
    from_ms: Annotated[int, Parameter(ge=0)] = 0,
    until_ms: Annotated[int, Parameter(ge=0)] = 0,
) -> list[Point]:
    """What a device measured, the last day by default; at most the newest 2,000 points."""
    _mine(devices.register, branch, device)
    until = until_ms or now_ms + 1
    start = from_ms or until - DAY_MS
    return await devices.telemetry.series(device, name, start, until, POINTS_MAX)


@put(
    f"{SENT}/{{kind:str}}",
    summary="Send a picture or a log",
    status_code=201,
    **public("a device shows its own credentials, before its body is read"),
)
async def send_file(
    device: str,
    kind: FileKind,
    request: AnyRequest,
    devices: DeviceService,
    device_files: DeviceFiles,
    command: Annotated[str, Parameter(max_length=60)] = "",
) -> FileSent:
    """From a device, by HTTP Basic with its id and secret: a PNG, a JPEG or plain text of at most
    1 MB. What it answers goes into the command's result as ``{"file": id}``.
    """
    secret = _basic(request.headers.get("authorization", ""), device)
    if not devices.register.is_secret(device, secret):
        raise Refused(p.BAD_CREDENTIALS)
    body = await request.body()
    file = await device_files.keep(devices.register.device(device), kind, body, command)
    devices.touch(device)
    return FileSent(file)


@get(
    f"{DEVICE}/files/{{file:str}}",
    summary="A picture or a log",
    media_type="application/octet-stream",
    **permit(Permission.DEVICE_MAINTAIN),
)
async def read_file(
    branch: str,
    device: str,
    file: str,
    devices: DeviceService,
    device_files: DeviceFiles,
    actor: Actor,
) -> Response[bytes]:
    """The picture or the log itself. Who looks is written down: it may show what a customer saw."""
    found = _mine(devices.register, branch, device)
    media_type, body = await device_files.look(found, file, actor)
    return Response(body, media_type=media_type)


async def device_view(
    devices: DeviceService, files: DeviceFiles, device: r.Device
) -> views.DeviceView:
    """``devices.device``."""
    type_ = devices.register.type_of(device)
    state = await devices.state(device.id)
    return views.device(device, type_, state, await files.of(device.id))


def _basic(header: str, device: str) -> str:
    """The secret of a Basic authorisation in the name of ``device``; empty where there is none."""
    scheme, _, given = header.partition(" ")
    try:
        user, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
    except ValueError:
        return ""
    return secret if scheme.lower() == "basic" and user == device else ""


async def branch_view(devices: DeviceService, branch: str) -> views.BranchDevices:
    """``devices.branch``."""
    return views.branch(await _known(devices, branch))


async def _known(
    devices: DeviceService, branch: str
) -> list[tuple[r.Device, DeviceType, DeviceState]]:
    """A branch's devices in use, as far as their types are declared, with their states."""
    register = devices.register
    return [
        (device, register.types[device.type], await devices.state(device.id))
        for device in register.of_branch(branch)
        if device.type in register.types
    ]


def _mine(register: Register, branch: str, device: str) -> r.Device:
    found = register.device(device)
    if found.branch != branch:
        raise Refused(p.UNKNOWN_DEVICE)
    return found


def _record(branch: str, data: NewDevice) -> r.Device:
    given = msgspec.structs.asdict(data)
    name = Text(given.pop("name"), given.pop("name_en"))
    return r.Device(branch=BranchId(branch), name=name, **given)


ROUTES = (
    types, fleet, registered, of_branch, enrol, one, save, remove, renew, command, switch_module, series,
    send_file, read_file,
)  # fmt: skip
