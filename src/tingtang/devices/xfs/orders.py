"""What a machine on XFS4IoT is told, as commands of its services."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from tingtang.devices.model.decide import SET
from tingtang.devices.model.kinds import DeviceType
from tingtang.devices.model.wire import App, CommandCall, CommandResult, CommandStep, Value
from tingtang.devices.xfs import reading
from xfs4iot.client import Completion, LastingClient
from xfs4iot.errors import CommandErrorCode, CommandFailed, NotDelivered

MECHANISM_MS = 25_000
"""A reset or an exchange; a little less than the platform waits for it."""
COUNT_MS = 590_000


class Unsupported(LookupError):  # noqa: N818 - it is no fault
    """XFS4IoT has no command for it, or this machine has no service for it."""


class Hands(msgspec.Struct):
    """What orders act on: a machine's services."""

    type: DeviceType
    clients: Mapping[str, LastingClient]
    """By service."""
    modules: Mapping[str, str]
    """Module to service."""
    set_app: Callable[[App], None]
    """Tell that the machine is paused, or runs again."""
    recount: Callable[[], Awaitable[dict[str, dict[str, float]]]]
    """Read the stock anew; by module and unit."""

    def client(self, module: str) -> LastingClient:
        """The service behind a module; raises :class:`Unsupported`."""
        service = self.modules.get(module)
        if service is None:
            raise Unsupported(f"no service for {module}")
        return self.clients[service]

    def of_class(self, interface: str) -> LastingClient:
        """The first service that implements an interface; raises :class:`Unsupported`."""
        for client in self.clients.values():
            if interface in reading.interfaces(client.capabilities):
                return client
        raise Unsupported(f"no service of class {interface}")


async def carry_out(hands: Hands, call: CommandCall) -> CommandResult:
    """Do it, and tell what came of it.

    Raises OutcomeUnknown where a service was told and its answer was lost: then nothing is said,
    and the command's time runs out with the outcome unknown, which is the truth.
    """
    act = ACTS.get(call.name)
    if act is None:
        return _failed(call, "unsupported", f"XFS4IoT has no command for {call.name}")
    try:
        return await act(hands, call)
    except Unsupported as error:
        return _failed(call, "unsupported", str(error))
    except CommandErrorCode as error:
        return _failed(call, error.error_code, error.description)
    except CommandFailed as error:
        return _failed(call, error.code, error.description)
    except NotDelivered as error:
        return _failed(call, "not_delivered", str(error))


def _failed(call: CommandCall, code: str, detail: str) -> CommandResult:
    return CommandResult(call.id, CommandStep.FAILED, code[:60], detail[:200])


def _done(
    call: CommandCall, detail: str = "", data: dict[str, Value] | None = None
) -> CommandResult:
    return CommandResult(call.id, CommandStep.DONE, "", detail[:200], data or {})


async def _set(hands: Hands, call: CommandCall) -> CommandResult:
    wanted: dict[str, object] = {}
    for name, value in call.parameters.items():
        if name == "in_service":
            wanted["openClose"] = "open" if value else "closed"
        elif name == "volume" and isinstance(value, int | float):
            wanted["volume"] = max(1, round(value * 10))  # 1 is the quietest there is
        else:
            raise Unsupported(f"XFS4IoT has nothing to set {name} with")
    await hands.of_class("Auxiliaries").execute("Auxiliaries.SetAuxiliaries", wanted)
    return _done(call)


async def _pause(hands: Hands, call: CommandCall) -> CommandResult:
    paused = call.name == "pause"
    indicator = {"openClose": "closed" if paused else "open"}
    await hands.of_class("Auxiliaries").execute("Auxiliaries.SetAuxiliaries", indicator)
    hands.set_app(App.PAUSED if paused else App.RUNNING)
    return _done(call)


async def _reset(hands: Hands, call: CommandCall) -> CommandResult:
    module = hands.type.module_named(str(call.parameters.get("module", "")))
    if module is None:
        return _failed(call, "unknown_module", str(call.parameters.get("module", "")))
    command = reading.RESETS.get(module.xfs)
    if command is None:
        raise Unsupported(f"class {module.xfs or '-'} knows no reset")
    await hands.client(module.name).execute(command, timeout_ms=MECHANISM_MS)
    return _done(call)


async def _version(hands: Hands, call: CommandCall) -> CommandResult:
    found = {name: reading.version(one.capabilities) for name, one in hands.clients.items()}
    return _done(call, ", ".join(f"{name} {known}" for name, known in sorted(found.items())))


async def _self_count(hands: Hands, call: CommandCall) -> CommandResult:
    """R109. An acceptor counts what is in its units and leaves it there; a machine that only gives
    out counts by moving notes to its reject unit, which is how the standard has it."""
    module = str(call.parameters.get("module", ""))
    client = hands.client(module)
    classes = reading.interfaces(client.capabilities)
    if "CashAcceptor" in classes:
        await client.execute("CashAcceptor.CashUnitCount", timeout_ms=COUNT_MS)
    elif "CashDispenser" in classes:
        await client.execute("CashDispenser.Count", {"unit": "all"}, timeout_ms=COUNT_MS)
    elif "Storage" not in classes:
        raise Unsupported(f"{module} has nothing to count")
    counted = (await hands.recount()).get(module, {})
    data: dict[str, Value] = dict(counted)
    if "CashManagement" in classes:
        data |= await _worth(client)
    return _done(call, " ".join(f"{unit}={count:g}" for unit, count in counted.items()), data)


async def _worth(client: LastingClient) -> dict[str, float]:
    """What is in a cash machine, as money."""
    types = (await client.execute("CashManagement.GetBankNoteTypes")).payload.get("items")
    storage = (await client.execute("Storage.GetStorage")).payload.get("storage")
    if not isinstance(types, dict) or not isinstance(storage, dict):
        return {}
    return reading.worth(storage, types)


async def _exchange(hands: Hands, call: CommandCall) -> CommandResult:
    client = hands.client(str(call.parameters.get("module", "")))
    if "Storage" not in reading.interfaces(client.capabilities):
        raise Unsupported("no storage")
    starts = call.name == "start_exchange"
    done: Completion = await client.execute(
        "Storage.StartExchange" if starts else "Storage.EndExchange", timeout_ms=MECHANISM_MS
    )
    await hands.recount()
    return _done(call, done.name)


async def _add_cash(hands: Hands, call: CommandCall) -> CommandResult:
    """Within an exchange: each denomination goes into the first unit that gives it out. Counts are
    set, so what was there before is read first."""
    client = hands.client(str(call.parameters.get("module", "")))
    types = (await client.execute("CashManagement.GetBankNoteTypes")).payload.get("items")
    storage = (await client.execute("Storage.GetStorage")).payload.get("storage")
    if not isinstance(types, dict) or not isinstance(storage, dict):
        raise Unsupported("no storage of cash")
    try:
        added = reading.pieces_of(str(call.parameters.get("pieces", "")))
        wanted = reading.filled(storage, types, added)
    except LookupError as error:
        return _failed(call, "no_unit", str(error))
    except ValueError as error:
        return _failed(call, "bad_pieces", str(error))
    await client.execute("Storage.SetStorage", {"storage": wanted}, timeout_ms=MECHANISM_MS)
    await hands.recount()
    return _done(call, data={"added": float(sum(added.values()))})


Act = Callable[[Hands, CommandCall], Awaitable[CommandResult]]
ACTS: dict[str, Act] = {
    SET: _set,
    "pause": _pause,
    "resume": _pause,
    "reset_module": _reset,
    "version": _version,
    "self_count": _self_count,
    "start_exchange": _exchange,
    "end_exchange": _exchange,
    "add_cash": _add_cash,
}
