"""Commands of the web application: its description, a new bank's first people, a lost password."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tingtang.kernel.errors import Problem, Refused
from tingtang.kernel.setting_sources import load
from tingtang.kernel.settings import Settings

app = typer.Typer()

FOUNDED = Problem(
    "already_founded", 409, "总行已建立，无需再次初始化", "The bank has its head office already"
)
NOBODY_OF_THAT_NAME = Problem(
    "no_such_login",
    404,
    "没有用户名为 {login} 的员工",
    "There is no member of staff called {login}",
)
SAME_LOGINS = Problem(
    "same_logins", 422, "三名管理员须为不同的人", "The three administrators must be three people"
)


@app.command()
def openapi(
    file: Annotated[Path, typer.Argument(help="写入的文件 · the file to write")],
) -> None:
    """写出接口描述（OpenAPI） · Write the API's description (OpenAPI)."""
    from tempfile import TemporaryDirectory

    from tingtang.http.app import build
    from tingtang.http.options import WebOptions
    from tingtang.kernel.vault import Suite, open_or_create_vault

    with TemporaryDirectory() as folder:
        keys = open_or_create_vault(Path(folder) / "keys.json", Suite.AES_256_GCM, 0)
        made = build(WebOptions(database_url=f"sqlite:///{folder}/none.db"), vault=keys)
        try:
            text = msgspec.json.format(msgspec.json.encode(made.description()), indent=2)
        finally:
            made.parts.database.close()
    file.write_bytes(text + b"\n")


@app.command()
def found(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="银行名称 · the bank's name")],
    system: Annotated[str, typer.Option(help="系统管理员用户名 · system administrator")],
    security: Annotated[str, typer.Option(help="安全管理员用户名 · security administrator")],
    audit: Annotated[str, typer.Option(help="审计管理员用户名 · audit administrator")],
    name_en: Annotated[str, typer.Option(help="英文名称 · the name in English")] = "",
) -> None:
    """建立新银行：总行与三名管理员 · Found a bank: head office and its three administrators.

    Prints their first passwords, which they must change when they first sign in; each then sets up
    a second factor. Stop the server before you run this.
    """
    from tingtang.http.app import App
    from tingtang.kernel.ids import StaffId
    from tingtang.kernel.permissions import SYSTEM, Role
    from tingtang.kernel.text import Text
    from tingtang.org.model.records import Staff, Unit, UnitKind
    from tingtang.org.service import OrgService, SignIn, StaffRecords
    from tingtang.org.sign_in.tokens import new_password

    people = {
        Role.SYSTEM_ADMIN: system,
        Role.SECURITY_ADMIN: security,
        Role.AUDIT_ADMIN: audit,
    }
    if len(set(people.values())) < len(people):
        raise Refused(SAME_LOGINS)

    async def work(application: App) -> None:
        parts = application.parts
        org, sign_in = parts.service("org", OrgService), parts.service("sign_in", SignIn)
        records = parts.service("staff_records", StaffRecords)
        if org.directory.units():
            raise Refused(FOUNDED)
        unit = Unit(id=org.new_id(), kind=UnitKind.HEAD_OFFICE, name=Text(name, name_en))
        await org.save_unit(unit, SYSTEM)
        for role, login in people.items():
            id_ = StaffId(org.new_id())
            staff = Staff(id=id_, unit=unit.id, roles=(role,), name=login, login=login)
            checked = msgspec.convert(msgspec.to_builtins(staff), Staff)
            await records.put(checked, SYSTEM)
            password = new_password()
            await sign_in.staff.set_password(id_, password, SYSTEM)
            typer.echo(f"{role.value}\t{login}\t{password}")

    _run(context, work)


@app.command()
def password(
    context: typer.Context,
    login: Annotated[str, typer.Argument(help="用户名 · sign-in name")],
    keep_factor: Annotated[
        bool, typer.Option(help="保留动态验证码 · keep the second factor")
    ] = True,
) -> None:
    """重置密码（停机时使用） · Reset a password, for when nobody is left who could.

    The new password must be changed at first use; the log says that it was reset here.
    """
    from tingtang.http.app import App
    from tingtang.kernel.permissions import SYSTEM
    from tingtang.org.service import OrgService, SignIn
    from tingtang.org.sign_in.tokens import new_password

    async def work(application: App) -> None:
        parts = application.parts
        org, sign_in = parts.service("org", OrgService), parts.service("sign_in", SignIn)
        staff = org.directory.staff_by_login(login)
        if staff is None:
            raise Refused(NOBODY_OF_THAT_NAME, login=login)
        given = new_password()
        await sign_in.staff.set_password(staff.id, given, SYSTEM)
        if not keep_factor:
            await sign_in.staff.second_factors.remove(staff.id, SYSTEM)
        typer.echo(f"{login}\t{given}")

    _run(context, work)


def _run(context: typer.Context, work: Callable[..., Awaitable[None]]) -> None:
    """Run ``work`` on this installation's application, without serving it."""
    from tingtang.http.app import build
    from tingtang.http.options import web_options
    from tingtang.kernel.vault import open_or_create_vault

    settings: Settings = load(os.environ, context.find_root().params.get("config"))
    keys = open_or_create_vault(
        Path(settings.key_file), settings.cipher_suite, time.time_ns() // 1_000_000
    )
    application = build(web_options(settings), vault=keys)

    async def run() -> None:
        await application.start()
        try:
            await work(application)
        finally:
            await application.stop()

    asyncio.run(run())
