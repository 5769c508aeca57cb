"""The command line: ``python -m xfs4iot serve | discover | call | names``."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xfs4iot import names
from xfs4iot.addresses import STANDARD_PORTS
from xfs4iot.client import Connection, Event, discover
from xfs4iot.errors import CommandFailed, XfsError
from xfs4iot.messages import Dialect
from xfs4iot.server import Host
from xfs4iot.virtual import DEVICES, MACHINES, Customer, build


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="xfs4iot", description="XFS4IoT client and virtual devices")
    commands = top.add_subparsers(dest="command", required=True)

    serve = commands.add_parser("serve", help="run virtual devices")
    serve.add_argument(
        "--services",
        nargs="+",
        default=["kiosk"],
        metavar="KIND",
        choices=[*DEVICES, *MACHINES],
        help=f"devices ({', '.join(DEVICES)}) or machines ({', '.join(MACHINES)})",
    )
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, help="default: the first free one of 5846 to 5856")
    serve.add_argument("--dialect", type=Dialect, choices=list(Dialect), default=Dialect.IN_HEADER)
    serve.add_argument("--step-ms", type=int, default=200, help="time of one movement")
    serve.add_argument("--customer", action="store_true", help="a virtual customer plays along")

    find = commands.add_parser("discover", help="look for services")
    find.add_argument("hosts", nargs="*", default=["localhost"])
    find.add_argument("--ports", type=int, nargs="+", default=list(STANDARD_PORTS))
    find.add_argument("--timeout-ms", type=int, default=2_000)

    call = commands.add_parser("call", help="send one command and show what comes back")
    call.add_argument("uri")
    call.add_argument("name", help="for instance Common.Status")
    call.add_argument("payload", nargs="?", default="{}", help="JSON")
    call.add_argument("--timeout-ms", type=int, default=0)
    call.add_argument("--dialect", type=Dialect, choices=list(Dialect), default=Dialect.IN_HEADER)

    listing = commands.add_parser("names", help="list the names in an XFS4IoT JSON schema")
    listing.add_argument("schema", type=Path)
    listing.add_argument("--since", default="2021-1")
    return top


def show(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


async def run_serve(given: argparse.Namespace) -> int:
    devices = build(given.services, step_ms=given.step_ms)
    host = Host(devices, host=given.host, port=given.port, dialect=given.dialect)
    await host.start()
    sys.stdout.write("\n".join([host.uri, *(host.uri_of(each.name) for each in devices)]) + "\n")
    sys.stdout.flush()
    customer = Customer(*(device.world for device in devices))
    if given.customer:
        customer.start()
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        customer.stop()
        await host.stop()
    return 0


async def run_discover(given: argparse.Namespace) -> int:
    found = await discover(given.hosts, ports=given.ports, timeout_ms=given.timeout_ms)
    show([{"uri": one.uri, "vendor": one.vendor, "services": one.services} for one in found])
    return 0 if found else 1


async def run_call(given: argparse.Namespace) -> int:
    def tell(event: Event) -> None:
        show({"event": event.name, "payload": event.payload})

    async with await Connection.open(given.uri, dialect=given.dialect) as connection:
        try:
            done = await connection.execute(
                given.name, json.loads(given.payload), timeout_ms=given.timeout_ms, on_event=tell
            )
        except CommandFailed as failure:
            show({"completionCode": failure.code, "description": str(failure)} | failure.payload)
            return 1
    show({"completionCode": "success", "payload": done.payload})
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; give the process's exit code."""
    given = parser().parse_args(arguments)
    if given.command == "names":
        show(names.collect(json.loads(given.schema.read_text("utf-8")), given.since))
        return 0
    run = {"serve": run_serve, "discover": run_discover, "call": run_call}[given.command]
    try:
        return asyncio.run(run(given))
    except KeyboardInterrupt:
        return 0
    except (XfsError, OSError, ValueError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
