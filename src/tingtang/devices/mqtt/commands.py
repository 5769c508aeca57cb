"""``tingtang mqtt``: what an installation with a broker of its own needs."""

from pathlib import Path
from typing import Annotated

import typer

from tingtang.devices.mqtt import emqx, mosquitto, nats

app = typer.Typer(help="设备的 MQTT 代理 · the broker of devices", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="写入的目录 · the folder to write to")]
User = Annotated[str, typer.Option(help="本系统的用户名 · the platform's user name")]
Host = Annotated[str, typer.Option(help="监听地址 · where it listens")]
Port = Annotated[int, typer.Option(help="监听端口 · the port", min=1, max=65_535)]
Secret = Annotated[
    str,
    typer.Option(prompt=True, hide_input=True, help="该账号的密钥 · the account's secret"),
]


@app.callback()
def _group() -> None: ...


@app.command("mosquitto")
def mosquitto_files(
    folder: Folder, user: User = "tingtang", host: Host = "127.0.0.1", port: Port = 1883
) -> None:
    """写出 Mosquitto 的配置与访问规则 · Write Mosquitto's configuration and access rules.

    Accounts are added with mosquitto_passwd: the platform's, and each device's with the secret that
    is shown when it is registered.
    """
    folder = _made(folder)
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


@app.command("nats")
def nats_files(folder: Folder, host: Host = "127.0.0.1", port: Port = 1883) -> None:
    """写出 NATS 的配置 · Write the configuration of a NATS server.

    Accounts, with their rights, are added with ``tingtang mqtt nats-account``. Those that are there
    stay.
    """
    folder = _made(folder)
    written = nats.configuration(folder, host, port)
    (folder / nats.CONFIGURATION).write_text(written, "utf-8")
    accounts = folder / nats.ACCOUNTS
    if not accounts.exists():
        accounts.touch(mode=0o600)
        accounts.write_text(nats.accounts([]), "utf-8")
    typer.echo(
        f"tingtang mqtt nats-account {folder} tingtang\n"
        f"tingtang mqtt nats-account {folder} 设备编号/DEVICE\n"
        f"nats-server -c {folder / nats.CONFIGURATION}\n"
        "nats-server --signal reload"
    )


@app.command("nats-account")
def nats_account(
    folder: Folder,
    account: Annotated[
        str, typer.Argument(help="本系统的用户名或设备编号 · the platform's user name, or a device")
    ],
    secret: Secret,
    user: User = "tingtang",
    gateway: Annotated[
        bool, typer.Option("--gateway", help="是网关 · it is a gateway, with a world of its own")
    ] = False,
) -> None:
    """在 NATS 中增加账号或更换密钥 · Add an account to NATS, or give it another secret."""
    file = folder / nats.ACCOUNTS
    if not file.is_file():
        raise typer.BadParameter(
            f"{file}：请先运行 tingtang mqtt nats · run tingtang mqtt nats first"
        )
    line = nats.account(account, secret, user, is_gateway=gateway)
    file.write_text(nats.with_account(file.read_text("utf-8"), line), "utf-8")


@app.command("emqx")
def emqx_files(
    folder: Folder, user: User = "tingtang", host: Host = "127.0.0.1", port: Port = 1883
) -> None:
    """写出 EMQX 5 的配置与访问规则 · Write EMQX's configuration and access rules.

    Accounts are written into accounts.csv before its first start, later added in its own pages.
    """
    folder = _made(folder)
    (folder / emqx.RULES).write_text(emqx.rules(user), "utf-8")
    (folder / emqx.CONFIGURATION).write_text(emqx.configuration(folder, host, port), "utf-8")
    accounts = folder / emqx.ACCOUNTS
    if not accounts.exists():
        accounts.touch(mode=0o600)
        accounts.write_text(emqx.ACCOUNTS_HEAD, "utf-8")
    typer.echo(f"{accounts}: {user},……,false\n{accounts}: 设备编号/DEVICE,……,false")


def _made(folder: Path) -> Path:
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder
