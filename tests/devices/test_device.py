"""One device's state: what it says, what it is told, and what can be counted on in any order."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.devices.types import KIOSK, LIGHT
from tingtang.devices.model import commands as c
from tingtang.devices.model import events as e
from tingtang.devices.model.decide import ATTEMPTS_MAX, REPEAT_MS, SET_TIMEOUT_MS, decide
from tingtang.devices.model.evolve import evolve
from tingtang.devices.model.kinds import DeviceType
from tingtang.devices.model.state import (
    COMMANDS_KEPT,
    OPEN_COMMANDS,
    CommandState,
    Condition,
    DeviceState,
    condition,
)
from tingtang.devices.model.wire import (
    App,
    CommandStep,
    DeviceHappening,
    Health,
    Link,
    LinkState,
    ModuleReport,
)
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event


class Device:
    """A device's stream in memory."""

    def __init__(self, type_: DeviceType) -> None:
        self.type = type_
        self.state = DeviceState()
        self.restored = DeviceState()
        """The same, now and then from what was saved of it."""
        self.now_ms = 1_000

    def do(self, make: Callable[..., c.DeviceInput], **given: object) -> list[Event]:
        events = list(decide(self.state, make(type=self.type, **given), self.now_ms))
        for event in events:
            evolve(self.state, event, self.now_ms)
            evolve(self.restored, event, self.now_ms)
        return events

    def restart(self) -> None:
        """The copy goes on from a saved state, as after a start of the platform."""
        body = msgspec.msgpack.encode(self.restored)
        self.restored = msgspec.msgpack.decode(body, type=DeviceState)

    def up(self, boot: str = "1", app: App = App.RUNNING) -> "Device":
        self.do(c.HearState, state=LinkState(Link.ONLINE, app=app, boot=boot, firmware="1.0"))
        return self

    def refusal(self, make: Callable[..., c.DeviceInput], **given: object) -> str:
        with pytest.raises(Refused) as refused:
            self.do(make, **given)
        return refused.value.code


def test_what_is_said_twice_is_no_news() -> None:
    device = Device(LIGHT).up()
    assert device.do(c.HearState, state=LinkState(Link.ONLINE, boot="1", firmware="1.0")) == []
    assert device.do(c.HearProperties, values={"on": True, "level": 40})
    assert device.do(c.HearProperties, values={"on": True, "level": 40}) == []
    assert device.do(c.HearProperties, values={"level": 50}) == [
        e.PropertiesChanged(values={"level": 50})
    ]


def test_what_a_type_does_not_have_or_cannot_be_is_left_out() -> None:
    device = Device(LIGHT).up()
    assert device.do(c.HearProperties, values={"level": 400, "on": "yes", "smell": 1}) == []
    assert device.do(c.HearModules, modules={"card_reader": ModuleReport(Health.OK)}) == []


@pytest.mark.shows("R132", part="condition from network, application and parts")
def test_the_condition_comes_from_network_application_and_parts_in_this_order() -> None:
    device = Device(KIOSK)
    assert condition(device.state) is Condition.UNKNOWN
    device.up()
    assert condition(device.state) is Condition.OK
    device.do(c.HearModules, modules={"card_reader": ModuleReport(Health.WARNING, "dirty")})
    assert condition(device.state) is Condition.WARNING
    device.do(c.HearModules, modules={"cash": ModuleReport(Health.FAULT, "jam")})
    assert condition(device.state) is Condition.FAULT
    device.do(c.SwitchModule, module="cash", enabled=False)
    assert condition(device.state) is Condition.WARNING
    device.do(c.HearState, state=LinkState(Link.OFFLINE), why="will")
    assert (condition(device.state), device.state.link_why) == (Condition.OFFLINE, "will")


def test_silence_takes_a_device_off_line_once() -> None:
    device = Device(LIGHT).up()
    assert device.do(c.Lose) == [e.LinkChanged(link=Link.OFFLINE, why="silence")]
    assert device.do(c.Lose) == []


def test_a_command_is_sent_again_until_it_is_acknowledged_and_given_up_in_time() -> None:
    device = Device(LIGHT).up()
    device.do(c.Give, command="c1", name="set", parameters={"on": True})
    assert device.do(c.RunTimers) == []
    device.now_ms += REPEAT_MS
    assert device.do(c.RunTimers) == [e.CommandRepeated(command="c1")]
    assert device.do(c.RunTimers) == []
    device.do(c.HearResult, command="c1", step=CommandStep.ACCEPTED)
    device.now_ms += REPEAT_MS
    assert device.do(c.RunTimers) == []
    device.now_ms += SET_TIMEOUT_MS
    device.do(c.RunTimers)
    assert device.state.commands["c1"].state is CommandState.UNKNOWN
    device.do(c.HearResult, command="c1", step=CommandStep.DONE)  # late, but true
    assert device.state.commands["c1"].state is CommandState.DONE
    assert device.do(c.HearResult, command="c1", step=CommandStep.FAILED) == []


def test_what_must_not_be_done_twice_is_sent_once() -> None:
    device = Device(KIOSK).up()
    device.do(c.Give, command="c1", name="restart", may_maintain=True)
    device.now_ms += REPEAT_MS * 2
    assert device.do(c.RunTimers) == []


def test_a_new_start_breaks_off_what_was_under_way_but_not_the_restart_itself() -> None:
    device = Device(KIOSK).up("1")
    device.do(c.Give, command="c1", name="screenshot", may_maintain=True)
    device.do(c.Give, command="c2", name="restart", may_maintain=True)
    device.do(c.HearState, state=LinkState(Link.ONLINE, boot="2"))
    assert device.state.commands["c1"].state is CommandState.UNKNOWN
    assert device.state.commands["c2"].state is CommandState.SENT


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": "dance"}, "unknown_command"),
        ({"name": "restart"}, "maintenance_only"),
        ({"name": "reset_module", "may_maintain": True}, "missing_parameter"),
        ({"name": "set", "parameters": {"in_service": 3}}, "bad_parameter"),
        ({"name": "set", "parameters": {"colour": "red"}}, "bad_parameter"),
        ({"name": "set"}, "missing_parameter"),
        ({"name": "pause", "parameters": {"why": "x"}}, "bad_parameter"),
    ],
)
def test_what_a_type_cannot_do_is_refused_in_words(given: dict[str, object], code: str) -> None:
    assert Device(KIOSK).up().refusal(c.Give, command="c1", **given) == code


def test_nothing_is_sent_to_a_device_that_is_away() -> None:
    assert Device(KIOSK).refusal(c.Give, command="c1", name="pause") == "device_not_reachable"


class DeviceMachine(RuleBasedStateMachine):
    """Whatever is heard and asked in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.device = Device(KIOSK)
        self.given = 0
        self.ended: dict[str, CommandState] = {}

    @rule(link=st.sampled_from(Link), app=st.sampled_from(App), boot=st.sampled_from("123"))
    def state_heard(self, link: Link, app: App, boot: str) -> None:
        self.device.do(c.HearState, state=LinkState(link, app=app, boot=boot))

    @rule(name=st.sampled_from(["cash", "camera", "nose"]), health=st.sampled_from(Health))
    def module_heard(self, name: str, health: Health) -> None:
        self.device.do(c.HearModules, modules={name: ModuleReport(health)})

    @rule(name=st.sampled_from(["cash", "camera"]), enabled=st.booleans())
    def module_switched(self, name: str, enabled: bool) -> None:
        self.device.do(c.SwitchModule, module=name, enabled=enabled)

    @rule(name=st.sampled_from(["pause", "resume", "restart", "screenshot"]))
    def command_given(self, name: str) -> None:
        self.given += 1
        try:
            self.device.do(c.Give, command=f"c{self.given}", name=name, may_maintain=True)
        except Refused:
            assert self.device.state.link is not Link.ONLINE

    @rule(number=st.integers(1, 60), step=st.sampled_from(CommandStep))
    def result_heard(self, number: int, step: CommandStep) -> None:
        self.device.do(c.HearResult, command=f"c{number}", step=step)

    @rule(by_ms=st.integers(0, 200_000))
    def time_passes(self, by_ms: int) -> None:
        self.device.now_ms += by_ms
        self.device.do(c.RunTimers)

    @rule()
    def silence(self) -> None:
        self.device.do(c.Lose)

    @rule(values=st.dictionaries(st.sampled_from(["volume", "in_service"]), st.integers(0, 100)))
    def properties_heard(self, values: dict[str, int]) -> None:
        said = {
            name: value > 50 if name == "in_service" else value for name, value in values.items()
        }
        self.device.do(c.HearProperties, values=said)

    @rule(id_=st.sampled_from(["", "1", "2", "3"]))
    def something_happened(self, id_: str) -> None:
        happening = DeviceHappening("pressed", self.device.now_ms, {"cell": 3.0}, id_)
        self.device.do(c.HearHappening, happening=happening)

    @rule(code=st.sampled_from(["flood", "clock_off"]), on=st.booleans())
    def flagged(self, code: str, on: bool) -> None:
        self.device.do(c.RaiseFlag if on else c.ClearFlag, code=code)

    @rule()
    def restarted(self) -> None:
        self.device.restart()

    @invariant()
    def the_saved_state_goes_on_like_the_whole_log(self) -> None:
        assert self.device.restored == self.device.state

    @invariant()
    def no_command_is_open_past_its_time_once_timers_ran(self) -> None:
        self.device.do(c.RunTimers)
        for one in self.device.state.commands.values():
            if one.state in OPEN_COMMANDS:
                assert one.until_ms > self.device.now_ms
            assert one.attempts <= ATTEMPTS_MAX

    @invariant()
    def a_true_outcome_never_changes(self) -> None:
        for one in self.device.state.commands.values():
            if one.id in self.ended:
                assert one.state is self.ended[one.id]
            if one.state in {CommandState.DONE, CommandState.FAILED}:
                self.ended[one.id] = one.state

    @invariant()
    def nothing_grows_without_bound(self) -> None:
        state = self.device.state
        ended = [one for one in state.commands.values() if one.state not in OPEN_COMMANDS]
        assert len(ended) <= COMMANDS_KEPT + len(state.commands) - len(ended) + 1
        assert set(state.modules) <= {one.name for one in KIOSK.modules}


TestDeviceMachine = DeviceMachine.TestCase
TestDeviceMachine.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
