"""`tingtang bank` alone: a bank that another process reaches over its address and token."""

import asyncio
import signal
import sys
from pathlib import Path

from tests.bank.conftest import MORNING_MS, PEOPLE, booking
from tingtang.bank import trades as t
from tingtang.bank.client import HttpCoreBank
from tingtang.bank.identity.client import SocketIdentityCheck
from tingtang.bank.options import host_and_port
from tingtang.kernel.clock import ManualClock


async def test_the_bank_runs_alone_and_keeps_its_books(tmp_path: Path) -> None:
    deposit = t.Deposit(account="91010000000000001", amount=100, box="k1")
    done = None
    for _ in range(2):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "from tingtang.cli import main; main()",
            "bank", "--folder", str(tmp_path), "--port", "0", "--identity-port", "0",
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        said = [(await process.stdout.readline()).decode().strip() for _ in range(3)]
        told = dict(line.split("=", 1) for line in said)
        bank = HttpCoreBank(told["TINGTANG_BANK_URL"], told["TINGTANG_BANK_TOKEN"], 10.0)
        again = await bank.trade(deposit, booking("same"))
        assert done is None or again == done
        done = again
        host, port = host_and_port(told["TINGTANG_IDENTITY_ADDRESS"])
        check = SocketIdentityCheck(host, port, "0" * 12, ManualClock(MORNING_MS), 10.0)
        assert (await check.check(PEOPLE[1].id_number, PEOPLE[1].name, "t")).matches
        await bank.close()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 20) == 0
