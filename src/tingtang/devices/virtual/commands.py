"""``tingtang device``: virtual devices, each over its real protocol."""

import asyncio
import logging
import os
import sys
from pathlib import Path
from random import Random
from typing import Annotated

import msgspec
import typer

from tingtang.devices.model.declared import parse_type
from tingtang.devices.model.kinds import DeviceType
from tingtang.devices.virtual.listed import Listed

app = typer.Typer()

SECRET_VARIABLE = "TINGTANG_DEVICE_SECRET"  # noqa: S105 - its name, not its value


@app.command()
def device(
    kind: Annotated[
        str, typer.Argument(metavar="TYPE", help="设备类型 · device type (kiosk, light, …)")
    ] = "",
    name: Annotated[str, typer.Option("--id", help="设备编号 · the device's id")] = "",
    secret_file: Annotated[
        Path | None,
        typer.Option(help=f"密钥文件；或用环境变量 {SECRET_VARIABLE} · file with its secret"),
    ] = None,
    broker: Annotated[str, typer.Option(help="MQTT 服务地址 · broker")] = "mqtt://127.0.0.1:1883",
    declaration: Annotated[
        Path | None, typer.Option(help="类型声明文件（TOML） · a type's own file", exists=True)
    ] = None,
    all_of: Annotated[
        Path | None,
        typer.Option(
            "--all", help="设备清单（JSON），同时运行多台 · run all of a list", exists=True
        ),
    ] = None,
    xfs: Annotated[bool, typer.Option("--xfs", help="以 XFS4IoT 提供服务 · speak XFS4IoT")] = False,
    port: Annotated[int, typer.Option(help="XFS4IoT 端口 · its port; 0: any standard one")] = 0,
    is_open: Annotated[
        bool, typer.Option("--open/--closed", help="以营业或停业状态启动 · as in an open branch")
    ] = True,
    faults: Annotated[
        float, typer.Option(min=0, max=100, help="故障倍率，0 为无故障 · how often parts fail")
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="随机种子 · seed")] = 0,
    server: Annotated[
        str, typer.Option(help="接收截屏与日志的服务地址 · where pictures and logs are sent")
    ] = "",
    wake_port: Annotated[
        int,
        typer.Option(help="在此 UDP 端口等待网络唤醒 · wait for magic packets on this UDP port"),
    ] = 0,
    clock: Annotated[
        str, typer.Option(help="时钟：real，或 stdin（每行「毫秒 倍速」） · whose time it keeps")
    ] = "real",
) -> None:
    """运行虚拟设备 · Run a virtual device over its real protocol."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    if all_of is not None:
        listed = msgspec.json.decode(all_of.read_bytes(), type=list[Listed])
    else:
        if not (kind or declaration) or not name:
            raise typer.BadParameter("需要 TYPE 与 --id · TYPE and --id are needed")
        code = kind or _declared(declaration).code
        secret = secret_file.read_text().strip() if secret_file else ""
        secret = secret or os.environ.get(SECRET_VARIABLE, "")
        listed = [Listed(id=name, type=code, secret=secret, xfs_port=(port or -1) if xfs else 0)]
    run = _run(
        listed, broker, declaration, is_open=is_open, faults=faults, seed=seed, clock_name=clock,
        wake_port=wake_port, server=server.rstrip("/"),
    )  # fmt: skip
    try:
        asyncio.run(run)
    except KeyboardInterrupt:
        return


async def _run(
    listed: list[Listed],
    broker: str,
    declaration: Path | None,
    *,
    is_open: bool,
    faults: float,
    seed: int,
    clock_name: str,
    wake_port: int,
    server: str,
) -> None:
    from tingtang.devices.register import shipped_types
    from tingtang.devices.virtual.clocks import RealClock, ToldClock
    from tingtang.devices.virtual.machine import Machine
    from tingtang.devices.virtual.wires import Fleet, Wire, parse_broker
    from tingtang.devices.virtual.xfs_machines import XfsMachines

    types = shipped_types()
    if declaration is not None:
        own = _declared(declaration)
        types[own.code] = own
    clock = ToldClock() if clock_name == "stdin" else RealClock()
    try:
        where = parse_broker(broker)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--broker") from None
    wires, kiosks = [], []
    machines = XfsMachines()
    for number, one in enumerate(listed):
        type_ = types.get(one.type)
        if type_ is None:
            known = ", ".join(types)
            raise typer.BadParameter(f"{one.type}: 可选 · choose from {known}", param_hint="TYPE")
        random = Random(f"{seed}/{number}/{one.id}")  # noqa: S311 - a simulation
        if one.xfs_port:
            kiosks.append(machines.run(one, random, clock, is_open=is_open, faults=faults))
            continue
        machine = Machine(one.id, type_, random, is_open=is_open, fault_factor=faults)
        wires.append(Wire(machine, one.secret, where, clock, server))
    running = []
    if isinstance(clock, ToldClock):
        running.append(asyncio.create_task(clock.follow_stdin(machines.hear)))
        await asyncio.wait(
            (running[0], asyncio.create_task(clock.told.wait())),
            return_when=asyncio.FIRST_COMPLETED,
        )
    if wires:
        running.append(
            asyncio.create_task(Fleet(wires, clock, seed=seed, wake_port=wake_port).run())
        )
    running += [asyncio.create_task(one) for one in kiosks]
    try:
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _declared(file: Path | None) -> DeviceType:
    if file is None:
        raise typer.BadParameter("TYPE")
    return parse_type(file.read_text("utf-8"), file.name)
