"""Where settings come from: a TOML file and TINGTANG_* variables of the environment.

A variable wins over the file, the file over the default. Whatever cannot be understood is refused
before anything starts, all at once, saying where it stands and what is allowed there.
"""

import difflib
import tomllib
import typing
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from tingtang.kernel.settings import Settings, hints
from tingtang.kernel.text import Text

PREFIX = "TINGTANG_"
CONFIG = "TINGTANG_CONFIG"
"""The variable that names the file."""
OTHERS = {CONFIG, "TINGTANG_DATA", "TINGTANG_SERVER"}
"""Variables of that prefix which are no settings: the tests' public data, the web's own server."""


class Setting(msgspec.Struct, frozen=True):
    """One setting as it is documented and checked."""

    name: str
    type: Any
    about: Text
    allowed: Text
    default: Any
    secret: bool

    @property
    def variable(self) -> str:
        return PREFIX + self.name.upper()


class BadSettings(Exception):  # noqa: N818
    """Settings that cannot be used: every one of them, in words."""

    def __init__(self, troubles: list[Text]) -> None:
        self.troubles = troubles
        super().__init__("; ".join(trouble.en for trouble in troubles))


def load(environment: Mapping[str, str], file: Path | None = None) -> Settings:
    """The settings of this installation; raises :class:`BadSettings`.

    ``file`` (the command's ``--config``) wins over the variable TINGTANG_CONFIG.
    """
    troubles: list[Text] = []
    if file is None and environment.get(CONFIG):
        file = Path(environment[CONFIG])
    values: dict[str, Any] = {}
    if file is not None:
        values |= _from_file(file, troubles)
    values |= _from_environment(environment, troubles)
    settings = Settings(**values)
    troubles += _contradictions(settings)
    if troubles:
        raise BadSettings(troubles)
    return settings


def document() -> str:
    """docs/settings.md: every setting with its words, limits and default."""
    lines = [
        "# Settings 设置",
        "",
        "Written by `make settings` from the settings' own descriptions; do not edit it.",
        "本文由 `make settings` 根据设置自身的说明生成，请勿手工修改。",
        "",
        "A setting is taken from its variable of the environment, else from the TOML file that",
        "`--config` or `TINGTANG_CONFIG` names, else it has its default. Lists are separated by",
        "commas in the environment. What cannot be understood is refused at the start.",
        "",
        "设置依次取自环境变量、由 `--config` 或 `TINGTANG_CONFIG` 指定的 TOML 文件、默认值；",
        "环境变量中的列表以逗号分隔；无法识别的设置在启动时即被拒绝。",
        "",
        "| setting | variable | default | allowed | |",
        "|---|---|---|---|---|",
    ]
    for s in SETTINGS:
        default = _plain(s.default) or "–"
        words = f"{s.about.zh}<br>{s.about.en}".replace("|", "\\|")
        lines.append(
            f"| `{s.name}` | `{s.variable}` | {default} | {s.allowed.zh}<br>{s.allowed.en} | {words} |"
        )
    return "\n".join(lines) + "\n"


def _from_file(file: Path, troubles: list[Text]) -> dict[str, Any]:
    try:
        found = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        words = error.strerror or str(error)
        troubles.append(
            Text(f"无法读取设置文件 {file}：{words}", f"the file {file} cannot be read: {words}")
        )
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        troubles.append(Text(f"{file} 不是有效的 TOML：{error}", f"{file} is not TOML: {error}"))
        return {}
    values: dict[str, Any] = {}
    for name, value in found.items():
        setting = _BY_NAME.get(name)
        if setting is None:
            troubles.append(_unknown(f"{name} ({file})", name, _BY_NAME))
        else:
            _take(setting, value, f"{name} ({file})", values, troubles, strict=True)
    return values


def _from_environment(environment: Mapping[str, str], troubles: list[Text]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    by_variable = {setting.variable: setting for setting in SETTINGS}
    for variable, text in sorted(environment.items()):
        if not variable.startswith(PREFIX) or variable in OTHERS:
            continue
        setting = by_variable.get(variable)
        if setting is None:
            troubles.append(_unknown(variable, variable, by_variable))
            continue
        is_list = typing.get_origin(setting.type) is tuple
        value = [part.strip() for part in text.split(",") if part.strip()] if is_list else text
        _take(setting, value, variable, values, troubles, strict=False)
    return values


def _take(
    setting: Setting,
    value: Any,
    where: str,
    values: dict[str, Any],
    troubles: list[Text],
    *,
    strict: bool,
) -> None:
    annotated = hints()[setting.name]
    try:
        values[setting.name] = msgspec.convert(value, annotated, strict=strict)
    except msgspec.ValidationError:
        shown = "…" if setting.secret else repr(value)
        troubles.append(
            Text(
                f"{where} 的值 {shown} 无效：应为{setting.allowed.zh}",
                f"{where} is {shown} and should be {setting.allowed.en}",
            )
        )


def _unknown(where: str, name: str, known: Iterable[str]) -> Text:
    close = difflib.get_close_matches(name, list(known), n=1)
    zh = f"；是否应为 {close[0]}？" if close else "；可用的设置见 docs/settings.md"
    en = f"; did you mean {close[0]}?" if close else "; docs/settings.md lists all there are"
    return Text(f"没有名为 {where} 的设置{zh}", f"there is no setting {where}{en}")


def _contradictions(settings: Settings) -> list[Text]:
    found = []
    if bool(settings.tls_certificate) != bool(settings.tls_key):
        found.append(
            Text("tls_certificate 与 tls_key 须同时设置", "set both tls_certificate and tls_key")
        )
    if settings.oidc_issuer and not settings.oidc_client_id:
        found.append(
            Text("设置 oidc_issuer 时须设置 oidc_client_id", "oidc_issuer needs oidc_client_id")
        )
    if settings.message_url and not settings.public_url:
        found.append(
            Text(
                "设置 message_url 时须设置 public_url，否则消息中的链接没有网址",
                "message_url needs public_url: links in messages have no address without it",
            )
        )
    if settings.session_idle_minutes > settings.session_absolute_hours * 60:
        found.append(
            Text(
                "session_idle_minutes 不应超过 session_absolute_hours",
                "session_idle_minutes is longer than session_absolute_hours",
            )
        )
    return found


def _describe(name: str, annotated: Any) -> Setting:
    base, meta = typing.get_args(annotated)
    default = next(f.default for f in msgspec.structs.fields(Settings) if f.name == name)
    about = Text(meta.extra["zh"], meta.description)
    return Setting(name, base, about, _allowed(base, meta), default, meta.extra["secret"])


def _allowed(base: Any, meta: msgspec.Meta) -> Text:
    if base is int:
        return Text(f"{meta.ge} 至 {meta.le} 的整数", f"a whole number from {meta.ge} to {meta.le}")
    if base is float:
        return Text(f"{meta.ge} 至 {meta.le} 的数", f"a number from {meta.ge} to {meta.le}")
    if isinstance(base, type) and issubclass(base, StrEnum):
        names = ", ".join(member.value for member in base)
        return Text(f"{names} 之一", f"one of {names}")
    if typing.get_origin(base) is tuple:
        (item, _) = typing.get_args(base)
        names = ", ".join(typing.get_args(item))
        if names:
            return Text(f"{names} 的列表", f"a list of {names}")
        return Text("文本列表", "a list of texts")
    like = meta.extra["like"] if meta.extra else ""
    if like:
        return Text(f"形如 {like} 的文本", f"a text like {like}")
    return Text("文本", "a text")


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(f"`{item}`" for item in value)
    return f"`{value}`" if value != "" else ""


SETTINGS: tuple[Setting, ...] = tuple(_describe(name, hint) for name, hint in hints().items())
"""All settings, in the order of their declaration."""
_BY_NAME = {setting.name: setting for setting in SETTINGS}
