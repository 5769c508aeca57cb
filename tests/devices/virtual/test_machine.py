"""A virtual device on its wire: told things, it answers as the contract has it."""

from random import Random

import msgspec
import pytest

from tests.devices.virtual.test_behaviours import BUSY, TYPES
from tingtang.devices.model import wire
from tingtang.devices.model.files import BYTES_MAX, FileKind, media_type_of
from tingtang.devices.model.kinds import Wake
from tingtang.devices.model.wire import App, CommandCall, CommandStep, Health, Link
from tingtang.devices.virtual.machine import (
    BOOT_MS,
    STARTS_ITSELF_AFTER_MS,
    Machine,
    Said,
    Upload,
)

START_MS = BUSY.time_ms


class Played:
    """A machine and its time; everything it says is kept."""

    def __init__(self, code: str, faults: float = 0.0) -> None:
        self.machine = Machine("d-1", TYPES[code], Random(1), is_open=True, fault_factor=faults)
        self.now_ms = START_MS
        self.said: list[Said] = self.machine.start(START_MS)

    def run(self, seconds: float) -> list[Said]:
        said: list[Said] = []
        for _ in range(round(seconds * 5)):
            self.now_ms += 200
            around = msgspec.structs.replace(BUSY, time_ms=self.now_ms)
            said += self.machine.step(around, self.now_ms)
        self.said += said
        return said

    def tell(
        self, name: str, id_: str = "c1", until_ms: int = 0, **parameters: object
    ) -> list[Said]:
        call = CommandCall(id_, name, parameters, until_ms)  # type: ignore[arg-type]
        said = self.machine.hear(call, self.now_ms)
        self.said += said
        return said

    def results(self) -> list[wire.CommandResult]:
        return [one.body for one in self.said if isinstance(one.body, wire.CommandResult)]

    def states(self) -> list[wire.LinkState]:
        return [one.body for one in self.said if isinstance(one.body, wire.LinkState)]


def test_it_introduces_itself_and_beats_and_measures() -> None:
    played = Played("kiosk")
    assert [one.topic for one in played.said] == ["state", "modules", "properties"]
    assert all(one.is_retained for one in played.said)
    said = played.run(60)
    beats = [one.body for one in said if one.topic == "beat"]
    assert [beat.number for beat in beats] == [1, 2, 3, 4, 5, 6]  # type: ignore[attr-defined]
    samples = [one.body for one in said if one.topic == "telemetry"]
    assert 3 <= len(samples) <= 5


@pytest.mark.parametrize("code", TYPES)
def test_all_that_any_type_says_is_what_the_contract_takes(code: str) -> None:
    played = Played(code, faults=50)
    for number, command in enumerate(TYPES[code].commands):
        given = {one.name: one.low or 1.0 for one in command.parameters if one.kind == "number"}
        given |= {one.name: one.choices[0] for one in command.parameters if one.choices}
        given |= {
            one.name: next(iter(played.machine.body.modules), "x")
            for one in command.parameters
            if one.kind == "text"
        }
        played.tell(command.name, f"c{number}", **given)
    played.run(200)
    kinds = {
        "state": wire.LinkState, "beat": wire.Beat, "telemetry": wire.Samples,
        "event": wire.DeviceHappening, "result": wire.CommandResult, "properties": wire.Values,
        "modules": dict[str, wire.ModuleReport],
    }  # fmt: skip
    for said in played.said:
        if isinstance(said.body, Upload):  # goes over HTTP, and its result then over the wire
            assert 0 < len(said.body.body) < BYTES_MAX
            assert media_type_of(FileKind(said.body.kind), said.body.body)
            continue
        sent = msgspec.json.encode(said.body)
        assert len(sent) < wire.PAYLOAD_MAX_BYTES
        msgspec.json.decode(sent, type=kinds[said.topic])


def test_a_setting_is_acknowledged_reported_and_done_in_this_order() -> None:
    played = Played("light")
    assert [one.body for one in played.tell("set", level=35)] == [
        wire.CommandResult("c1", CommandStep.ACCEPTED)
    ]
    said = played.run(2)
    topics = [one.topic for one in said if one.topic in {"properties", "result"}]
    assert topics == ["properties", "result"]
    assert played.machine.body.properties["level"] == 35
    assert played.results()[-1].step is CommandStep.DONE


def test_the_same_command_again_is_answered_and_not_done_again() -> None:
    played = Played("locker")
    played.tell("open_cell", cell=3)
    assert played.tell("open_cell", cell=3)[0].body == wire.CommandResult(
        "c1", CommandStep.ACCEPTED
    )
    played.run(2)
    assert played.tell("open_cell", cell=3)[0].body.step is CommandStep.DONE  # type: ignore[attr-defined]
    played.run(2)
    opened = [one for one in played.said if isinstance(one.body, wire.DeviceHappening)]
    assert sum(one.body.data.get("cell") == 3.0 for one in opened) == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "parameters", "code"),
    [
        ("set", {"level": 900}, "bad_value"),
        ("set", {"smell": 1}, "bad_value"),
        ("dance", {}, "unknown_command"),
    ],
)
def test_what_it_cannot_do_it_says_at_once(
    name: str, parameters: dict[str, object], code: str
) -> None:
    played = Played("light")
    played.tell(name, **parameters)
    assert [(one.step, one.code) for one in played.results()] == [(CommandStep.FAILED, code)]


def test_what_comes_too_late_is_not_begun() -> None:
    played = Played("light")
    played.tell("set", until_ms=START_MS - 1, level=10)
    assert played.results()[0].code == "too_late"


@pytest.mark.shows("R135", part="a virtual device restarts, and shuts down until its start-up time")
def test_a_restart_is_a_new_boot_and_is_answered_after_it() -> None:
    played = Played("kiosk")
    first = played.states()[0].boot
    played.tell("restart")
    played.run(40)
    assert [one.step for one in played.results()] == [CommandStep.ACCEPTED]
    assert not played.machine.is_up
    assert played.states()[-1].link is Link.OFFLINE
    assert played.tell("pause", "c2") == []  # nobody hears it
    played.run(BOOT_MS[1] / 1000)
    assert played.states()[-1].link is Link.ONLINE
    assert played.states()[-1].boot != first
    assert [one.step for one in played.results()] == [CommandStep.ACCEPTED, CommandStep.DONE]
    played.tell("shut_down", "c3")
    played.run(30)
    assert played.states()[-1].link is Link.SLEEPING
    assert played.results()[-1] == wire.CommandResult("c3", CommandStep.DONE)
    played.run(STARTS_ITSELF_AFTER_MS / 1000)
    assert played.states()[-1].link is Link.ONLINE


def test_pause_and_resume_are_told_as_the_program_s_state() -> None:
    played = Played("kiosk")
    played.tell("pause")
    played.run(2)
    assert played.states()[-1].app is App.PAUSED
    played.tell("resume", "c2")
    played.run(2)
    assert played.states()[-1].app is App.RUNNING


def test_a_reset_brings_a_broken_module_back_or_says_that_it_did_not() -> None:
    played = Played("kiosk")
    outcomes = set()
    for number in range(30):
        played.machine.body.modules["cash"] = wire.ModuleReport(Health.FAULT, "note_jam")
        played.tell("reset_module", f"c{number}", module="cash")
        played.run(9)
        last = played.results()[-1]
        outcomes.add((last.step, last.code))
    assert outcomes == {(CommandStep.DONE, ""), (CommandStep.FAILED, "note_jam")}
    played.tell("reset_module", "x", module="nose")
    assert played.results()[-1].code == "unknown_module"


@pytest.mark.shows("R109", part="a dispenser and a locker count themselves")
@pytest.mark.parametrize(("code", "module"), [("dispenser", "card_hopper"), ("locker", "locks")])
def test_it_counts_what_is_in_it(code: str, module: str) -> None:
    played = Played(code)
    played.tell("self_count", module=module)
    played.run(40)
    last = played.results()[-1]
    assert last.step is CommandStep.DONE
    assert last.data


@pytest.mark.shows("R150", part="a drink is made, and refused where something has run out")
def test_a_drink_is_made_and_one_without_milk_is_refused() -> None:
    played = Played("coffee_printer")
    before = dict(played.machine.body.left)
    played.tell("make", drink="latte", picture="heart")
    played.run(100)
    assert played.results()[-1].step is CommandStep.DONE
    assert played.machine.body.left["milk"] <= before["milk"] - 150
    played.machine.body.left["milk"] = 20.0
    played.tell("make", "c2", drink="latte", picture="heart")
    assert played.results()[-1].code == "out_of_milk"


@pytest.mark.parametrize("how", ["a packet or power", "its own link"])
def test_what_was_shut_down_is_woken_and_comes_up_anew(how: str) -> None:
    played = Played("pc")
    if how == "its own link":
        played.machine.type = msgspec.structs.replace(played.machine.type, wakes=(Wake.LINK,))
    played.tell("shut_down")
    played.run(15)
    assert played.states()[-1].link is Link.SLEEPING
    assert not played.machine.is_up
    if how == "its own link":
        assert played.machine.listens
        [said] = played.tell("wake", "w1")
        assert said.body == wire.CommandResult("w1", CommandStep.ACCEPTED)
    else:
        assert not played.machine.listens
        assert played.tell("wake", "w1") == []
        played.machine.wake(played.now_ms)
    played.run(BOOT_MS[1] / 1000 + 1)
    assert played.machine.is_up
    assert played.states()[-1].link is Link.ONLINE
    assert played.machine.boots == 2


def test_who_starts_anew_is_not_woken_sooner() -> None:
    played = Played("pc")
    played.tell("restart")
    played.run(31)
    until_ms = played.machine.away_until_ms
    played.machine.wake(played.now_ms)
    assert played.machine.away_until_ms == until_ms
