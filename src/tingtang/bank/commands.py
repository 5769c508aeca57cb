"""``tingtang bank``: the reference bank and its identity check, in a process of their own."""

import asyncio
import contextlib
import signal
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()
TOKEN_VARIABLE = "TINGTANG_BANK_TOKEN"  # noqa: S105 - its name, not its value


@app.command()
def bank(
    folder: Annotated[Path, typer.Option(help="数据目录 · folder of its data")] = Path("var/bank"),
    host: Annotated[str, typer.Option(help="监听地址 · address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口 · port", min=0, max=65_535)] = 8090,
    identity_port: Annotated[
        int, typer.Option(help="联网核查端口 · port of the identity check", min=0, max=65_535)
    ] = 8091,
    token: Annotated[
        str, typer.Option(envvar=TOKEN_VARIABLE, help="调用方令牌 · what callers must bear")
    ] = "",
    faults: Annotated[
        bool, typer.Option("--faults", help="允许注入故障，仅供测试 · take faults, for tests only")
    ] = False,
) -> None:
    """单独运行参考银行与联网核查 · Run the reference bank and the identity check alone.

    Its customers are made up. A token is made and printed where none is given.
    """
    import secrets

    from tingtang.bank.identity.server import IdentityServer, made_up_citizens
    from tingtang.bank.reference.founding import found
    from tingtang.bank.reference.server import BankServer
    from tingtang.kernel.clock import SystemClock

    given = token or secrets.token_urlsafe(32)
    server = BankServer(folder, SystemClock(), given, host=host, port=port, with_faults=faults)
    identity = IdentityServer(made_up_citizens())

    async def run() -> None:
        await server.start(found)
        await identity.start(host, identity_port)
        typer.echo(f"TINGTANG_BANK_URL={server.base}")
        if not token:
            typer.echo(f"{TOKEN_VARIABLE}={given}")
        typer.echo(f"TINGTANG_IDENTITY_ADDRESS={host}:{identity.port}")
        ended = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        await ended.wait()
        await identity.stop()
        await server.stop()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run())
