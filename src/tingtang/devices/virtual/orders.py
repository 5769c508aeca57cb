"""What a virtual device does when it is told something: how long it takes, and what comes of it."""

from collections.abc import Callable
from random import Random

import msgspec

from tingtang.devices.model.decide import SET
from tingtang.devices.model.declared import fits
from tingtang.devices.model.kinds import Kind
from tingtang.devices.model.wire import App, CommandCall, CommandStep, Health, ModuleReport, Value
from tingtang.devices.virtual import hopper, ukey
from tingtang.devices.virtual.body import Body, Moment
from tingtang.devices.virtual.building import open_once
from tingtang.devices.virtual.in_the_hall import DOCK, OF_A_DRINK, full_cells, open_cell
from xfs4iot.virtual.drawing import document

MOVES = frozenset({"position"})
"""Properties that travel to what was set, rather than jump."""
RESET_HELPS = 0.85
"""Share of faults that a reset ends."""


class Ended(msgspec.Struct, frozen=True):
    """What came of a command."""

    step: CommandStep = CommandStep.DONE
    code: str = ""
    detail: str = ""
    data: dict[str, Value] = {}
    file: bytes = b""
    """A picture or a log that is sent over HTTP before the result is said."""


def failed(code: str, detail: str = "") -> Ended:
    return Ended(CommandStep.FAILED, code, detail)


SECONDS: dict[str, tuple[float, float]] = {
    SET: (0.15, 0.6),
    "pause": (0.2, 0.8),
    "resume": (0.2, 0.8),
    "restart_service": (4, 8),
    "restart": (15, 30),
    "shut_down": (5, 10),
    "reset_module": (3, 8),
    "update_driver": (20, 40),
    "deploy": (30, 60),
    "screenshot": (0.5, 1.5),
    "logs": (0.5, 2),
    "self_count": (15, 30),
    "start_exchange": (2, 5),
    "add_cash": (1, 2),
    "end_exchange": (3, 6),
    "clean": (45, 60),
    "self_test": (10, 15),
    "speed_test": (8, 12),
    "dispense": (3, 6),
    "key_request": (1, 3),
    "key_install": (1, 2),
    "make": (60, 90),
    "go_to": (5, 20),
    "dock": (5, 20),
}
"""How long a command takes, from and to; others half a second."""


def seconds_of(call: CommandCall, random: Random) -> float:
    """How long this command takes."""
    if call.name == "say":
        return 1 + 0.25 * len(str(call.parameters.get("words", "")))  # four characters a second
    low, high = SECONDS.get(call.name, (0.3, 0.8))
    return random.uniform(low, high)


def refusal(body: Body, call: CommandCall) -> Ended | None:
    """Why this cannot be begun now; None if it can."""
    if call.name == SET:
        wrong = next((name for name in call.parameters if not _can_set(body, name, call)), None)
        return failed("bad_value", wrong) if wrong else None
    if body.type.command_named(call.name) is None:
        return failed("unknown_command", call.name)
    module = call.parameters.get("module")
    if isinstance(module, str) and module not in body.modules:
        return failed("unknown_module", module)
    if call.name == "make":
        short = next((name for name, need in OF_A_DRINK.items() if body.left[name] < need), None)
        return failed("out_of_" + short) if short else None
    return None


def _can_set(body: Body, name: str, call: CommandCall) -> bool:
    quantity = body.type.property_named(name)
    return quantity is not None and fits(quantity, call.parameters[name])


def finish(body: Body, call: CommandCall, moment: Moment) -> Ended:
    """Carry out what was begun; changes the body."""
    act = ACTS.get(call.name)
    if act is not None:
        return act(body, call, moment)
    return Ended()


def _set(body: Body, call: CommandCall, _moment: Moment) -> Ended:
    for name, value in call.parameters.items():
        if name in MOVES and not isinstance(value, str):
            body.targets[name] = float(value)
        else:
            body.properties[name] = value
    return Ended()


def _pause(body: Body, _call: CommandCall, _moment: Moment) -> Ended:
    body.app = App.PAUSED
    return Ended()


def _resume(body: Body, _call: CommandCall, _moment: Moment) -> Ended:
    body.app = App.RUNNING
    return Ended()


def _reset_module(body: Body, call: CommandCall, moment: Moment) -> Ended:
    name = str(call.parameters.get("module", ""))
    if body.modules[name].health is Health.OK:
        return Ended()
    if moment.random.random() > RESET_HELPS:
        return failed(body.modules[name].code or "still_faulty")
    body.modules[name] = ModuleReport(Health.OK)
    return Ended()


def _update(body: Body, call: CommandCall, _moment: Moment) -> Ended:
    version = str(call.parameters.get("version", ""))
    if call.name == "deploy":
        body.firmware = version
    return Ended(detail=version)


def _version(body: Body, _call: CommandCall, _moment: Moment) -> Ended:
    return Ended(detail=body.firmware, data={"firmware": body.firmware})


def _logs(body: Body, _call: CommandCall, _moment: Moment) -> Ended:
    # Its journal is short: the broken parts and the counters, as they are now.
    broken = [f"{name}={one.code}" for name, one in body.modules.items() if one.code]
    counts = [f"{name}={body.number(name):g}" for name in sorted(body.daily)]
    short = " ".join(broken + counts)[:200] or "no entries"
    return Ended(detail=short, file="\n".join([body.type.code, *_lines(body)]).encode())


def _lines(body: Body) -> list[str]:
    modules = [f"{name} {one.health} {one.code}".rstrip() for name, one in body.modules.items()]
    values = [
        f"{name} {value}" for name, value in sorted({**body.properties, **body.measured}.items())
    ]
    left = [f"{name} {value:g}" for name, value in body.left.items()]
    return [f"firmware {body.firmware}", f"app {body.app}", *modules, *values, *left]


def _screenshot(body: Body, _call: CommandCall, _moment: Moment) -> Ended:
    """What it knows of itself, drawn: it has no other screen."""
    lines = [body.type.code.replace("_", " "), *_lines(body)]
    return Ended(file=document(lines[:14], width=480, height=360).png())


def _self_count(body: Body, call: CommandCall, _moment: Moment) -> Ended:
    module = call.parameters.get("module")
    counted: dict[str, Value] = {
        one.name: float(int(body.left[one.name]))
        for one in body.type.consumables
        if one.module == module
    }
    if "cells_used" in body.measured:
        full = full_cells(body)
        counted |= {"cells_used": float(len(full)), "cells": " ".join(map(str, full))}
    if not counted:
        return failed("nothing_to_count", str(module))
    words = " ".join(
        f"{name}={value:g}" for name, value in counted.items() if not isinstance(value, str)
    )
    return Ended(detail=words, data=counted)


def _start_exchange(body: Body, call: CommandCall, _moment: Moment) -> Ended:
    key = f"exchange/{call.parameters.get('module')}"
    if body.hidden.get(key):
        return failed("exchange_active")
    body.hidden[key] = 1.0
    return Ended()


def _end_exchange(body: Body, call: CommandCall, _moment: Moment) -> Ended:
    module = call.parameters.get("module")
    if not body.hidden.pop(f"exchange/{module}", 0.0):
        return failed("no_exchange_active")
    for one in body.type.consumables:
        if one.module == module:
            body.left[one.name] = one.full
    return Ended()


def _add_cash(body: Body, call: CommandCall, _moment: Moment) -> Ended:
    if not body.hidden.get(f"exchange/{call.parameters.get('module')}"):
        return failed("no_exchange_active")
    pieces = str(call.parameters.get("pieces")).split()
    added = sum(int(one.partition(":")[2]) for one in pieces)
    body.left["notes"] = body.left.get("notes", 0.0) + added
    return Ended(data={"added": float(added)})


def _stop(body: Body, _call: CommandCall, _moment: Moment) -> Ended:
    body.targets.clear()
    return Ended()


def _open_once(body: Body, _call: CommandCall, _moment: Moment) -> Ended:
    if not body.works("motor"):
        return failed(body.modules["motor"].code or "out_of_use")
    open_once(body)
    return Ended()


def _open_cell(body: Body, call: CommandCall, moment: Moment) -> Ended:
    if not body.works("locks"):
        return failed(body.modules["locks"].code or "out_of_use")
    open_cell(body, moment, int(body_number(call, "cell")))
    return Ended()


def _set_stock(body: Body, call: CommandCall, _moment: Moment) -> Ended:
    module, first = str(call.parameters.get("module")), str(call.parameters.get("first"))
    hopper.fill(body, module, first, int(body_number(call, "count")))
    return Ended()


def _dispense(body: Body, call: CommandCall, moment: Moment) -> Ended:
    module = str(call.parameters.get("module"))
    if not body.works(module):
        return failed(body.modules[module].code or "out_of_use")
    number = hopper.give(body, module)
    if not number:
        return failed("empty")
    body.count("given")
    body.tell(moment, "item_given", module=module, number=number)
    return Ended(data={"number": number})


def _key_request(body: Body, call: CommandCall, _moment: Moment) -> Ended:
    if not body.works("key_port"):
        return failed(body.modules["key_port"].code or "out_of_use")
    number = str(call.parameters.get("number"))
    return Ended(data={"number": number, "request": ukey.new_key(body, number)})


def _key_install(body: Body, call: CommandCall, _moment: Moment) -> Ended:
    if not body.works("key_port"):
        return failed(body.modules["key_port"].code or "out_of_use")
    certificate = "".join(str(call.parameters.get(name, "")) for name in ukey.PARTS)
    wrong = ukey.install(body, str(call.parameters.get("number")), certificate)
    return failed(wrong) if wrong else Ended()


def _make(body: Body, _call: CommandCall, moment: Moment) -> Ended:
    if not body.works("printhead") or not body.works("boiler") or not body.works("grinder"):
        return failed("out_of_order")
    for name, need in OF_A_DRINK.items():
        if not body.use(name, need):
            return failed("out_of_" + name)
    body.count("served")
    body.tell(moment, "job_done")
    return Ended()


def _go(body: Body, call: CommandCall, _moment: Moment) -> Ended:
    if not body.works("drive"):
        return failed(body.modules["drive"].code or "out_of_use")
    x, y = DOCK
    if call.name == "go_to":
        x, y = body_number(call, "x"), body_number(call, "y")
    body.targets["x"], body.targets["y"] = x, y
    return Ended()


def _speed_test(body: Body, _call: CommandCall, _moment: Moment) -> Ended:
    names = [one.name for one in body.type.telemetry if one.kind is Kind.NUMBER]
    data: dict[str, Value] = {name: body.number(name) for name in names}
    return Ended(detail=f"{body.number('latency'):.0f} ms, {body.number('loss'):g} %", data=data)


def body_number(call: CommandCall, name: str) -> float:
    """A parameter that the command declares as a number."""
    value = call.parameters.get(name, 0.0)
    return float(value) if not isinstance(value, str) else 0.0


ACTS: dict[str, Callable[[Body, CommandCall, Moment], Ended]] = {
    SET: _set,
    "pause": _pause,
    "resume": _resume,
    "reset_module": _reset_module,
    "update_driver": _update,
    "deploy": _update,
    "version": _version,
    "logs": _logs,
    "screenshot": _screenshot,
    "self_count": _self_count,
    "start_exchange": _start_exchange,
    "end_exchange": _end_exchange,
    "stop": _stop,
    "open_once": _open_once,
    "open_cell": _open_cell,
    "set_stock": _set_stock,
    "add_cash": _add_cash,
    "dispense": _dispense,
    "key_request": _key_request,
    "key_install": _key_install,
    "make": _make,
    "go_to": _go,
    "dock": _go,
    "speed_test": _speed_test,
}
