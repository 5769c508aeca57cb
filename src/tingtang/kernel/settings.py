"""Settings: one struct, filled from a TOML file and from TINGTANG_* variables of the environment.

A variable wins over the file, the file over the default. Whatever cannot be understood is refused
before anything starts, all at once, saying where it stands and what is allowed there.
"""

import difflib
import tomllib
import typing
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec

from tingtang.kernel.text import Text
from tingtang.kernel.vault import Suite

PREFIX = "TINGTANG_"
CONFIG = "TINGTANG_CONFIG"
"""The variable that names the file."""
OTHERS = {CONFIG, "TINGTANG_DATA", "TINGTANG_SERVER"}
"""Variables of that prefix which are no settings: the tests' public data, the web's own server."""


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    AUTO = "auto"
    JSON = "json"
    TEXT = "text"


class SecureCookies(StrEnum):
    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


def _about(
    zh: str, en: str, *, secret: bool = False, like: str = "", **limits: Any
) -> msgspec.Meta:
    """A setting's words and limits; ``like`` is an example of what its pattern allows."""
    extra = {"zh": zh, "secret": secret, "like": like}
    return msgspec.Meta(description=en, extra=extra, **limits)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that an installation may choose."""

    # where the data is
    database_url: Annotated[
        str,
        _about(
            "数据库：sqlite:///文件，或 postgresql+psycopg://用户:口令@主机/库",
            "The database: sqlite:///file or postgresql+psycopg://user:password@host/name",
            pattern=r"^(sqlite:///|postgresql\+psycopg://).+",
            like="sqlite:///var/tingtang.db",
            secret=True,
        ),
    ] = "sqlite:///var/tingtang.db"
    data_dir: Annotated[
        str,
        _about(
            "数据目录：素材、报表等文件",
            "The folder of data: media, reports and other files",
            min_length=1,
        ),
    ] = "var"
    key_file: Annotated[
        str,
        _about(
            "密钥文件；首次启动时生成，须另行备份，且不得与数据库备份放在一起",
            "The key file; made at the first start. Keep a copy of it, apart from the database's backups",
            min_length=1,
        ),
    ] = "var/keys.json"
    cipher_suite: Annotated[
        Suite,
        _about(
            "新密钥所用的密码套件；更改后须运行 tingtang keys rotate",
            "The ciphers of new keys; after a change run `tingtang keys rotate`",
        ),
    ] = Suite.AES_256_GCM
    answers_kept_days: Annotated[
        int,
        _about(
            "幂等键的首次应答保留多少天，之后的重试视为新请求",
            "Days for which the answer to an idempotency key is kept; a later retry is a new request",
            ge=1,
            le=365,
        ),
    ] = 7

    # how it is reached
    host: Annotated[
        str,
        _about(
            "监听地址；0.0.0.0 表示所有网络接口",
            "The address to listen on; 0.0.0.0 is every network interface",
            min_length=1,
        ),
    ] = "127.0.0.1"
    port: Annotated[int, _about("监听端口", "The port to listen on", ge=1, le=65535)] = 8000
    public_url: Annotated[
        str,
        _about(
            "人们访问本系统的网址，用于二维码和链接；留空则取请求中的主机名",
            "How people reach this server, for QR codes and links; empty takes the request's own host",
            pattern=r"^(https?://[^\s/]+)?$",
            like="https://hall.example",
        ),
    ] = ""
    origins: Annotated[
        tuple[str, ...],
        _about(
            "除本机外，还允许哪些来源的网页调用本系统",
            "Other origins whose pages may call this server",
        ),
    ] = ()
    trusted_proxies: Annotated[
        tuple[str, ...],
        _about(
            "可信的反向代理地址，只采信它们转报的客户端地址",
            "Addresses of reverse proxies; only their word on a client's address is believed",
        ),
    ] = ()
    tls_certificate: Annotated[
        str,
        _about(
            "TLS 证书链文件（PEM）；与 tls_key 同时设置即启用 HTTPS",
            "The TLS certificate with its chain (PEM); with tls_key it turns on HTTPS",
        ),
    ] = ""
    tls_key: Annotated[
        str, _about("TLS 私钥文件（PEM）", "The private key of the certificate (PEM)")
    ] = ""

    # signing in
    session_idle_minutes: Annotated[
        int,
        _about(
            "员工会话闲置多少分钟后须重新登录",
            "Minutes without a request after which staff sign in again",
            ge=1,
            le=24 * 60,
        ),
    ] = 30
    session_absolute_hours: Annotated[
        int,
        _about(
            "员工会话最长多少小时，无论是否闲置",
            "Hours after which staff sign in again in any case",
            ge=1,
            le=7 * 24,
        ),
    ] = 12
    secure_cookies: Annotated[
        SecureCookies,
        _about(
            "Cookie 是否只经 HTTPS 传送；auto 表示启用 TLS 或 public_url 为 https 时",
            "Whether cookies travel over HTTPS only; auto: when TLS is on or public_url is https",
        ),
    ] = SecureCookies.AUTO
    oidc_issuer: Annotated[
        str,
        _about(
            "银行统一身份认证（OpenID Connect）的签发方网址；留空则不启用",
            "The issuer of the bank's own sign-in (OpenID Connect); empty leaves it off",
            pattern=r"^(https?://\S+)?$",
            like="https://id.example/realms/bank",
        ),
    ] = ""
    oidc_client_id: Annotated[
        str, _about("在签发方登记的客户端标识", "The client id registered with the issuer")
    ] = ""
    oidc_client_secret: Annotated[
        str,
        _about("在签发方登记的客户端密钥", "The client secret registered with it", secret=True),
    ] = ""

    # limits
    backlog_max: Annotated[
        int,
        _about(
            "等待写盘的操作上限，超过则答复系统繁忙",
            "Operations that may wait for the disk; beyond it callers are told to try again",
            ge=100,
            le=1_000_000,
        ),
    ] = 20_000
    public_per_second: Annotated[
        float,
        _about(
            "同一地址未登录时每秒可发的请求数",
            "Requests a second from one address that has not signed in",
            ge=0.1,
            le=100_000,
        ),
    ] = 20.0
    sign_ins_per_minute: Annotated[
        float,
        _about(
            "同一地址每分钟可尝试登录的次数",
            "Attempts a minute to sign in from one address",
            ge=1,
            le=100_000,
        ),
    ] = 30.0

    # what it tells
    languages: Annotated[
        tuple[typing.Literal["zh", "en"], ...],
        _about(
            "界面语言，第一个为默认",
            "The languages of the surfaces; the first is the default",
            min_length=1,
        ),
    ] = ("zh", "en")
    log_level: Annotated[
        LogLevel, _about("日志级别", "How much is written to the log of the program")
    ] = LogLevel.INFO
    log_format: Annotated[
        LogFormat,
        _about(
            "日志格式；auto 表示在终端为文本，否则为 JSON 行",
            "Its form; auto: text in a terminal, lines of JSON elsewhere",
        ),
    ] = LogFormat.AUTO
    metrics_token: Annotated[
        str,
        _about(
            "读取 /metrics 所需的令牌；留空则只允许本机读取",
            "The bearer token that /metrics asks for; empty: only this machine may read them",
            secret=True,
        ),
    ] = ""

    def __repr__(self) -> str:
        shown = (f"{s.name}={getattr(self, s.name)!r}" for s in SETTINGS if not s.secret)
        return f"Settings({', '.join(shown)}, ...)"

    @property
    def is_https(self) -> bool:
        """True where cookies must be Secure."""
        if self.secure_cookies is not SecureCookies.AUTO:
            return self.secure_cookies is SecureCookies.ALWAYS
        return bool(self.tls_certificate) or self.public_url.startswith("https://")


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
    annotated = _HINTS[setting.name]
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


_HINTS: dict[str, Any] = typing.get_type_hints(Settings, include_extras=True)
SETTINGS: tuple[Setting, ...] = tuple(_describe(name, hint) for name, hint in _HINTS.items())
"""All settings, in the order of their declaration."""
_BY_NAME = {setting.name: setting for setting in SETTINGS}
