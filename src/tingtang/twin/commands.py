"""The twin's commands: demo; simulate and replay follow below."""

import asyncio
import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

app = typer.Typer()
console = Console(highlight=False)


@app.command()
def demo(
    port: Annotated[int | None, typer.Option(envvar="TINGTANG_PORT", help="端口 · port")] = None,
    host: Annotated[str, typer.Option(help="监听地址 · address to listen on")] = "127.0.0.1",
    speed: Annotated[
        float, typer.Option(min=0.1, max=600, help="快于真实时间的倍数 · times real time")
    ] = 4.0,
    folder: Annotated[
        Path, typer.Option(help="演示数据目录，每次重建 · made anew each time")
    ] = Path("var/demo"),
    seed: Annotated[int, typer.Option(help="随机种子 · seed of the virtual people")] = 20_260_302,
) -> None:
    """启动演示厅堂 · Start the demo hall: a busy flagship branch with virtual people."""
    from tingtang.http.server import make_server
    from tingtang.twin.demo import Demo

    port = port or 8000
    base = f"http://localhost:{port}"
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    stage = Demo(folder, public_url="", seed=seed)
    server = make_server(stage.app, host=host, port=port)
    server.config.lifespan = "off"

    async def run() -> None:
        with console.status("正在启动 · starting …") as status:
            words = {
                "bank": "正在建立海棠银行 · founding the bank …",
                "morning": "正在演练上午的营业 · playing the morning …",
            }
            await stage.app.start()
            await stage.prepare(lambda step: status.update(words[step]))
        await stage.live(speed)
        console.print("厅堂已开门；链接各用一次 · the hall is open; each link works once\n")
        console.print(f"门户 · portal\n  {base}/", soft_wrap=True)
        for doorway in await stage.doorways():
            console.print(f"{doorway.title}\n  {base}{doorway.path}", soft_wrap=True)
        console.print(f"时间流速 ×{speed:g} · Ctrl-C 结束 · stops it", style="dim")
        await server.serve()
        await stage.stop()
        await stage.app.stop()

    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(run())
