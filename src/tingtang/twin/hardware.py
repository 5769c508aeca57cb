"""The demo's machines: enrolled in the flagship branch, and run by one process of their own."""

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from tingtang.devices.model.kinds import Wake
from tingtang.devices.service import DeviceService
from tingtang.devices.virtual import flagship
from tingtang.devices.virtual.listed import Stepping
from tingtang.devices.virtual.wallet import EXAMPLE, Wallet
from tingtang.devices.virtual.wires import mac_of
from tingtang.kernel.clock import Clock
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import SYSTEM
from tingtang.twin.agenda import StageClock

TOLD_EVERY_S = 2.0
"""How often the devices' process is told the stage's time."""
ENDS_IN_S = 5.0
FASTEST = 60.0
"""Beyond this many times real time what the machines say is more than a hall's worth: then they stay
switched off."""
BOUGHT_YEARS_AGO = 1
LIST = "devices.json"


class Hardware:
    """The virtual devices' process; it ends with this one, as its standard input ends."""

    def __init__(self, devices: DeviceService, clock: StageClock, folder: Path) -> None:
        self._devices = devices
        self._clock = clock
        self._list = folder / LIST
        self._process: asyncio.subprocess.Process | None = None
        self._wake_port = 0
        """Where the switched-off ones' network cards listen."""
        self._telling: asyncio.Task[None] | None = None

    async def enrol(
        self, branch: BranchId, year: int, comer: Callable[[str], Awaitable[Wallet]]
    ) -> None:
        """Register a branch's worth of devices and keep the list of them for the process; ``comer``
        says who stands before a machine that is a terminal's.
        """
        register, run = self._devices.register, []
        self._wake_port = _free_port()
        for number, one in enumerate(flagship.placed(), start=1):
            port = _free_port() if one.xfs else 0
            group = register.types[one.type].group
            device = flagship.registered(one, branch, group, number, port, year - BOUGHT_YEARS_AGO)
            if Wake.LAN in register.types[one.type].wakes and not one.xfs:
                device = msgspec.structs.replace(
                    device, mac=mac_of(one.id), wake_address=f"127.0.0.1:{self._wake_port}"
                )
            secret = await register.enrol(device, SYSTEM)
            wallet = await comer(one.id) if one.terminal and one.xfs else EXAMPLE
            run.append(flagship.listed(one, secret, port, wallet))
        with os.fdopen(os.open(self._list, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
            file.write(msgspec.json.encode(run))

    async def start(self, broker_port: int, speed: float, server: str = "") -> None:
        """Start the process, on the embedded broker; not in a demo that runs too fast for it."""
        if speed > FASTEST:
            return
        self._devices.pace = max(1.0, speed)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "from tingtang.cli import main; main()",
            "device", "--all", str(self._list), "--clock", "stdin",
            "--broker", f"mqtt://127.0.0.1:{broker_port}", "--server", server,
            "--wake-port", str(self._wake_port),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        self._telling = asyncio.create_task(self._tell_time(speed), name="device-time")

    @property
    def runs(self) -> bool:
        """Whether the devices' process was started."""
        return self._process is not None

    async def step_up(self, device: str, wallet: Wallet) -> None:
        """Somebody else stands before a machine from now on."""
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(ConnectionError):
                self._process.stdin.write(msgspec.json.encode(Stepping(device, wallet)) + b"\n")
                await self._process.stdin.drain()

    async def stop(self) -> None:
        """Close its standard input, at which it ends."""
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)
        if self._process is None or self._process.stdin is None:
            return
        self._process.stdin.close()
        try:
            async with asyncio.timeout(ENDS_IN_S):
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    async def _tell_time(self, speed: float) -> None:
        if self._process is None or self._process.stdin is None:
            return
        clock: Clock = self._clock
        with contextlib.suppress(ConnectionError):
            while True:
                self._process.stdin.write(f"{clock.now_ms()} {speed}\n".encode())
                await self._process.stdin.drain()
                await asyncio.sleep(TOLD_EVERY_S)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
