"""``tingtang mqtt``: what an installation with a broker of its own needs."""

from pathlib import Path
from typing import Annotated

import typer

from tingtang.devices.mqtt import mosquitto

app = typer.Typer(help="设备的 MQTT 代理 · the broker of devices", no_args_is_help=True)


@app.callback()
def _group() -> None: ...


@app.command("mosquitto")
def mosquitto_files(
    folder: Annotated[Path, typer.Argument(help="写入的目录 · the folder to write to")],
    user: Annotated[
        str, typer.Option(help="本系统的用户名 · the platform's user name")
    ] = "tingtang",
    host: Annotated[str, typer.Option(help="监听地址 · where it listens")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="监听端口 · the port", min=1, max=65_535)] = 1883,
) -> None:
    """写出 Mosquitto 的配置与访问规则 · Write Mosquitto's configuration and access rules.

    Accounts are added with mosquitto_passwd: the platform's, and each device's with the secret that
    is shown when it is registered.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / mosquitto.RULES).write_text(mosquitto.rules(user), "utf-8")
    written = mosquitto.configuration(folder, host, port)
    (folder / mosquitto.CONFIGURATION).write_text(written, "utf-8")
    passwords = folder / mosquitto.PASSWORDS
    passwords.touch(mode=0o600)
    typer.echo(
        f"mosquitto -c {folder / mosquitto.CONFIGURATION}\n"
        f"mosquitto_passwd {passwords} {user}\n"
        f"mosquitto_passwd {passwords} 设备编号/DEVICE"
    )
