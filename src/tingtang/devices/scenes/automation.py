"""What devices bring to automations: facts about them, and setting scenes and properties."""

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Literal

from tingtang.devices.model import events as e
from tingtang.devices.model.commands import DeviceInput
from tingtang.devices.model.decide import SET
from tingtang.devices.model.evolve import evolve
from tingtang.devices.model.state import CommandState, Condition, DeviceState, condition
from tingtang.devices.register import device_stream
from tingtang.devices.scenes.model import SceneResult, SceneRun, Select, Wanted
from tingtang.devices.scenes.service import SceneService
from tingtang.devices.service import DeviceService
from tingtang.kernel.automations.declared import Scalar
from tingtang.kernel.automations.engine import Automations
from tingtang.kernel.automations.offered import (
    Action,
    ActionResult,
    ActionState,
    Call,
    Fact,
    FactReplay,
    Option,
    Parameter,
    ValueKind,
)
from tingtang.kernel.events import Recorded
from tingtang.kernel.log import EventLog
from tingtang.kernel.permissions import Permission
from tingtang.kernel.streams import StreamHost
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory

PROPERTY, CONDITION = "devices.property", "devices.condition"
FAULTY = "devices.out_of_order"
SCENE_SECONDS = 60.0
_DEVICE = Parameter(name="device", text=Text("设备", "device"), options="devices")
_NAME = Parameter(name="property", text=Text("属性", "property"), length_max=40)
CONDITION_TEXTS = {
    Condition.FAULT: Text("故障", "fault"),
    Condition.OFFLINE: Text("离线", "off line"),
    Condition.WARNING: Text("预警", "warning"),
    Condition.UNKNOWN: Text("未知", "not known"),
    Condition.PAUSED: Text("暂停", "paused"),
    Condition.SLEEPING: Text("休眠", "asleep"),
    Condition.OK: Text("正常", "fine"),
}
FACTS = (
    Fact(name=PROPERTY, text=Text("设备属性", "a device's property"), parameters=(_DEVICE, _NAME), kind=None),
    Fact(
        name=CONDITION,
        text=Text("设备状态", "a device's condition"),
        parameters=(_DEVICE,),
        kind=ValueKind.CHOICE,
        choices=tuple(one.value for one in CONDITION_TEXTS),
        choice_texts=tuple(CONDITION_TEXTS.values()),
    ),
    Fact(name=FAULTY, text=Text("故障或离线设备数", "devices at fault or off line")),
)  # fmt: skip


def fact_of(states: Mapping[str, DeviceState], fact: str, arguments: Mapping[str, Scalar]) -> Scalar | None:  # fmt: skip
    """A fact about a branch's devices, from their states. Pure: now and in a replay alike."""
    if fact == FAULTY:
        broken = {Condition.FAULT, Condition.OFFLINE}
        return float(sum(condition(one) in broken for one in states.values()))
    state = states.get(str(arguments.get("device", "")))
    if state is None:
        return None
    if fact == CONDITION:
        return condition(state).value
    return state.properties.get(str(arguments.get("property", "")))


class DeviceFacts:
    """Facts about devices; a :class:`~tingtang.kernel.automations.offered.FactSource`."""

    def __init__(self, log: EventLog, devices: DeviceService) -> None:
        self._log = log
        self._devices = devices

    async def value(
        self,
        branch: str,
        fact: str,
        arguments: Mapping[str, Scalar],
        at_ms: int,  # noqa: ARG002
    ) -> Scalar | None:
        host: StreamHost[DeviceState, DeviceInput] = self._devices.host
        states = {}
        for device in self._devices.register.of_branch(branch):
            known = host.committed(device_stream(device.id))
            states[device.id] = known or await self._devices.state(device.id)
        return fact_of(states, fact, arguments)

    async def replay(self, branch: str, from_ms: int) -> FactReplay:
        replay = _Replay({})
        for device in self._devices.register.of_branch(branch):
            state = replay.states[device.id] = DeviceState()
            for recorded in await self._log.read_stream(device_stream(device.id)):
                if recorded.time_ms < from_ms:
                    evolve(state, recorded.event, recorded.time_ms)
        return replay


class _Replay:
    def __init__(self, states: dict[str, DeviceState]) -> None:
        self.states = states

    def follow(self, recorded: Recorded) -> None:
        stream, _, device = recorded.stream.partition("/")
        if stream == "device" and device in self.states:
            evolve(self.states[device], recorded.event, recorded.time_ms)

    def value(self, fact: str, arguments: Mapping[str, Scalar], at_ms: int) -> Scalar | None:  # noqa: ARG002
        return fact_of(self.states, fact, arguments)


def register(
    automations: Automations,
    log: EventLog,
    devices: DeviceService,
    scenes: SceneService,
    directory: Directory,
) -> None:
    """Offer all of it."""
    offers = automations.offers
    for type_, text in (
        (e.LinkChanged, Text("设备上线或离线", "a device came on line or went off")),
        (e.ModuleChanged, Text("设备模块状态变化", "a part of a device changed")),
        (e.PropertiesChanged, Text("设备属性变化", "a device's properties changed")),
        (e.DeviceFlagged, Text("设备异常标记", "a device was flagged")),
        (e.AppChanged, Text("设备应用状态变化", "a device's application changed")),
    ):
        offers.offer_event(type_, text)
    offers.offer_facts(DeviceFacts(log, devices), FACTS)
    folder = resources.files("tingtang.devices.scenes").joinpath("shipped_automations")
    for file in folder.iterdir():
        if file.name.endswith(".toml"):
            automations.ship(file.read_text("utf-8"), file.name)

    def scene_options(branch: str) -> Sequence[Option]:
        return [Option(one.code, one.name) for one in scenes.book.of(branch)]

    def device_options(branch: str) -> Sequence[Option]:
        return [Option(one.id, one.name) for one in devices.register.of_branch(branch)]

    def zone_options(branch: str) -> Sequence[Option]:
        return [Option(one.id, one.name) for one in directory.zones(branch)] if branch else []

    offers.offer_options("scenes", scene_options)
    offers.offer_options("devices", device_options)

    def type_options(branch: str) -> Sequence[Option]:  # noqa: ARG001
        return [Option(one.code, one.text) for one in devices.register.types.values()]

    offers.offer_options("zones", zone_options)
    offers.offer_options("device_types", type_options)

    async def set_scene(call: Call) -> ActionResult:
        code = str(call.arguments["scene"])
        run = await scenes.run(call.branch, code, call.actor, call.key)
        return scene_result(await scenes.ended(call.branch, code, run))

    async def set_power(call: Call) -> ActionResult:
        said = {name: str(value) for name, value in call.arguments.items()}
        select = Select(
            device=said.get("device", ""), type=said.get("type", ""), zone=said.get("zone", "")
        )
        as_when: Literal["open", "closed"] = "open" if said["state"] == "on" else "closed"
        wanted = (Wanted(select=select, as_when=as_when),)
        results = await scenes.bring(call.branch, wanted, call.actor, call.key)
        return result_of([one.result for one in results.values()])

    async def set_property(call: Call) -> ActionResult:
        device = devices.register.device(str(call.arguments["device"]))
        value = next((call.arguments[name] for name in _VALUES if name in call.arguments), None)
        if device.branch != call.branch or value is None:
            return ActionResult(ActionState.FAILED, "bad_parameter")
        values = {str(call.arguments["property"]): value}
        command = await devices.give(device.id, SET, values, call.actor, call.key)
        state = await devices.outcome(device.id, command)
        return ActionResult(_STATES[state], "" if state is CommandState.DONE else state.value)

    offers.offer_action(
        Action(
            name="devices.scene",
            text=Text("执行场景", "Set a scene"),
            parameters=(Parameter(name="scene", text=Text("场景", "scene"), options="scenes"),),
            permission=Permission.DEVICE_OPERATE,
            run=set_scene,
            seconds_max=SCENE_SECONDS,
        )
    )
    offers.offer_action(
        Action(
            name="devices.power",
            text=Text("开启或关闭设备", "Switch devices on or off"),
            about=Text(
                "开启即进入营业状态，关闭即进入打烊状态；不选范围则是全部设备",
                "On is as in business hours, off as when closed; every device where none is chosen",
            ),
            parameters=(
                Parameter(
                    name="state",
                    text=Text("开或关", "on or off"),
                    kind=ValueKind.CHOICE,
                    choices=("on", "off"),
                    choice_texts=(Text("开启", "on"), Text("关闭", "off")),
                ),
                Parameter(
                    name="zone", text=Text("功能区", "zone"), options="zones", required=False
                ),
                Parameter(
                    name="type",
                    text=Text("设备类型", "type of device"),
                    options="device_types",
                    required=False,
                ),
                Parameter(
                    name="device", text=Text("设备", "device"), options="devices", required=False
                ),
            ),
            permission=Permission.DEVICE_OPERATE,
            run=set_power,
            seconds_max=SCENE_SECONDS,
        )
    )
    offers.offer_action(
        Action(
            name="devices.set",
            text=Text("设置设备", "Set a device"),
            about=Text("三种取值填其一", "give one of the three values"),
            parameters=(
                _DEVICE,
                _NAME,
                Parameter(
                    name="on", text=Text("开关", "on"), kind=ValueKind.SWITCH, required=False
                ),
                Parameter(
                    name="number",
                    text=Text("数值", "number"),
                    kind=ValueKind.NUMBER,
                    required=False,
                ),
                Parameter(name="text", text=Text("文字", "text"), length_max=200, required=False),
            ),
            permission=Permission.DEVICE_OPERATE,
            run=set_property,
        )
    )


_VALUES = ("on", "number", "text")
_STATES = {
    CommandState.DONE: ActionState.DONE,
    CommandState.FAILED: ActionState.FAILED,
    CommandState.UNKNOWN: ActionState.UNKNOWN,
}


def scene_result(run: SceneRun) -> ActionResult:
    """A scene's run in one word and a sentence."""
    return result_of([one.result for one in run.devices.values()])


def result_of(results: Sequence[SceneResult]) -> ActionResult:
    """What came of many devices in one word and a sentence."""
    if not results:
        return ActionResult(words=Text("没有相关设备", "no device is concerned"))
    well = sum(one in {SceneResult.DONE, SceneResult.UNCHANGED} for one in results)
    others = len(results) - well
    words = Text(
        f"{well} 台到位" + (f"，{others} 台未到位" if others else ""),
        f"{well} as wanted" + (f", {others} not" if others else ""),
    )
    if not others:
        return ActionResult(ActionState.DONE, words=words)
    return ActionResult(
        ActionState.PARTLY if well else ActionState.FAILED, "not_all_devices", words
    )
