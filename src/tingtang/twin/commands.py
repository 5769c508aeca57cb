"""The twin's commands: demo; simulate and replay follow below."""

import asyncio
import shutil
from pathlib import Path
from typing import Annotated
from urllib.parse import urljoin

import typer
from rich.console import Console

app = typer.Typer()
console = Console(highlight=False)

MADE_HERE = "THIS-IS-A-DEMO"
"""Marks a folder that a demo made and a later one may delete."""


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
        if not (folder / MADE_HERE).exists() and any(folder.iterdir()):
            raise typer.BadParameter(
                f"{folder} 不是演示数据目录，未作改动 · is not a demo's folder; nothing was changed",
                param_hint="--folder",
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MADE_HERE).write_text("made anew at every start of `tingtang demo`\n")
    stage = Demo(folder, messages_url=base, seed=seed)
    server = make_server(stage.app, host=host, port=port)
    server.config.lifespan = "off"

    async def run() -> None:
        with console.status("正在启动 · starting …") as status:
            words = {
                "bank": "正在建立海棠银行 · founding the bank …",
                "yesterday": "正在演练昨天的营业 · playing the day before …",
                "morning": "正在演练今天上午的营业 · playing the morning …",
            }
            await stage.app.start()
            await stage.prepare(lambda step: status.update(words[step]))
        await stage.live(speed, f"http://127.0.0.1:{port}")
        console.print("厅堂已开门；链接各用一次 · the hall is open; each link works once\n")
        console.print(f"门户 · portal\n  {base}/", soft_wrap=True)
        for doorway in await stage.doorways():
            console.print(f"{doorway.title}\n  {urljoin(base, doorway.path)}", soft_wrap=True)
        console.print(f"时间流速 ×{speed:g} · Ctrl-C 结束 · stops it", style="dim")
        await server.serve()
        await stage.stop()
        await stage.app.stop()

    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(run())


@app.command()
def simulate(
    days: Annotated[int, typer.Option(min=1, max=1000, help="每个场景的天数 · days")] = 20,
    template: Annotated[
        list[str] | None, typer.Option(help="网点模板，可多选 · templates to compare")
    ] = None,
    policy: Annotated[
        list[str] | None, typer.Option(help="叫号策略，可多选 · policies to compare")
    ] = None,
    staffing: Annotated[
        list[float] | None, typer.Option(help="开窗比例，可多选 · shares of counters staffed")
    ] = None,
    load: Annotated[
        float, typer.Option(min=0.05, max=3, help="满员时的负荷 · load when fully staffed")
    ] = 0.85,
    seed: Annotated[int, typer.Option(help="随机种子 · seed")] = 1,
    json: Annotated[Path | None, typer.Option(help="结果文件 · results for machines")] = None,
    plot: Annotated[Path | None, typer.Option(help="图 · a picture (.svg, .png, .pdf)")] = None,
) -> None:
    """模拟多日营业并比较 · Simulate days of business and compare policies, staffing, templates."""
    from rich.progress import Progress

    from tingtang.twin import plot as plots
    from tingtang.twin import reports
    from tingtang.twin.places import demo_places
    from tingtang.twin.simulate import POLICIES, compare

    places = asyncio.run(demo_places())
    wanted = template or list(places)
    policies = policy or list(POLICIES)
    _check("--template", wanted, places)
    _check("--policy", policies, POLICIES)
    shares = staffing or [1.0]
    total = len(wanted) * len(policies) * len(shares) * days
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("正在模拟 · simulating", total=total)
        results = list(
            compare(
                [places[name] for name in wanted],
                {name: POLICIES[name] for name in policies},
                shares,
                days,
                load=load,
                seed=seed,
                progress=lambda: progress.advance(task),
            )
        )
    console.print(reports.of_simulation(results))
    if json is not None:
        reports.write_json(json, results)
    if plot is not None:
        plots.waits(results, plot)


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(exists=True, help="真实客流（CSV） · real traffic")],
    json: Annotated[Path | None, typer.Option(help="结果文件 · results for machines")] = None,
    seed: Annotated[int, typer.Option(help="随机种子 · seed")] = 1,
) -> None:
    """回放真实客流 · Replay days of real traffic: how good are estimates and policies?

    Columns: date, arrived, called, finished, left, service, priority, server (see docs/replay.md).
    """
    from rich.progress import Progress

    from tingtang.twin import replay as replays
    from tingtang.twin import reports
    from tingtang.twin.traffic import TrafficError, read_traffic

    try:
        traffic = read_traffic(file)
    except TrafficError as error:
        console.print(f"✗ {error}", style="red", markup=False)
        raise typer.Exit(2) from None
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("正在回放 · replaying", total=4 * len(traffic.days))
        by_day = replays.estimates(traffic, lambda: progress.advance(task))
        policies = replays.policies(traffic, seed, lambda: progress.advance(task))
    try:
        overall = replays.summary(by_day.values())
        console.print(reports.of_estimates(overall))
    except ValueError as error:
        overall = None
        console.print(f"没有可评估的等候 · nothing to judge: {error}")
    console.print(reports.of_policies(policies))
    for reason, count in traffic.reasons.items():
        console.print(f"{count} × {reason}", style="dim", markup=False)
    if json is not None:
        body = {
            "estimates": overall,
            "days": {day.isoformat(): found for day, found in by_day.items()},
            "policy": policies,
            "set_aside": traffic.reasons,
        }
        reports.write_json(json, body)


def _check(option: str, given: list[str], known: object) -> None:
    names = list(known)  # type: ignore[call-overload]
    for name in given:
        if name not in names:
            raise typer.BadParameter(
                f"{name}: 可选 · choose from {', '.join(names)}", param_hint=option
            )
