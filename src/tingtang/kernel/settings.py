"""Settings: everything that an installation may choose, in one struct.

``setting_sources`` fills it from a file and the environment, and documents it.
"""

import typing
from enum import StrEnum
from functools import cache
from typing import Annotated, Any

import msgspec

from tingtang.kernel.vault import Suite


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

    # messages to customers
    message_url: Annotated[
        str,
        _about(
            "短信网关（或微信接口）的网址；留空则消息只留在发件箱",
            "The SMS gateway (or WeChat's interface); empty leaves messages in the outbox",
            pattern=r"^(https?://\S{1,500})?$",
            like="https://sms.example",
        ),
    ] = ""
    message_key_id: Annotated[
        str,
        _about(
            "短信网关分配的密钥标识",
            "The id of the key that the SMS gateway gave out",
            max_length=200,
        ),
    ] = ""
    message_secret: Annotated[
        str,
        _about(
            "对应的密钥，用于签名；使用微信时为公众号的 AppSecret",
            "That key, which signs what is sent; with WeChat, the account's AppSecret",
            max_length=500,
            secret=True,
        ),
    ] = ""
    wechat_app_id: Annotated[
        str,
        _about(
            "微信公众号的 AppID；设置后改发微信模板消息",
            "The AppID of the WeChat official account; with it template messages are sent, not SMS",
            max_length=100,
        ),
    ] = ""
    wechat_templates: Annotated[
        tuple[str, ...],
        _about(
            "微信模板编号，每项形如 booking_confirmed=模板编号；未列出的消息不会发出",
            "WeChat's ids of the templates, each as booking_confirmed=id; others are not sent",
            max_length=50,
        ),
    ] = ()

    # devices
    mqtt_broker: Annotated[
        str,
        _about(
            "设备所用的 MQTT 代理：off 为不启用，embedded 为内置，或外部代理的网址",
            "The MQTT broker of devices: off, embedded, or the address of another",
            pattern=r"^(off|embedded|mqtts?://[^\s/@]+)$",
            like="mqtt://broker.example:1883",
        ),
    ] = "off"
    mqtt_listen: Annotated[
        str,
        _about(
            "内置代理的监听地址；0.0.0.0:1883 表示所有网络接口",
            "Where the embedded broker listens; 0.0.0.0:1883 is every network interface",
            pattern=r"^\S+:\d{1,5}$",
            like="0.0.0.0:1883",
        ),
    ] = "127.0.0.1:1883"
    mqtt_certificate: Annotated[
        str,
        _about(
            "内置代理的 TLS 证书链文件（PEM）；与 mqtt_key 同时设置即只接受加密连接",
            "The embedded broker's certificate with its chain (PEM); with mqtt_key it takes TLS only",
        ),
    ] = ""
    mqtt_key: Annotated[
        str, _about("该证书的私钥文件（PEM）", "The private key of that certificate (PEM)")
    ] = ""
    mqtt_authorities: Annotated[
        str,
        _about(
            "外部代理证书的颁发机构文件（PEM）；留空则采用系统信任的机构",
            "Authorities for another broker's certificate (PEM); empty takes those the system trusts",
        ),
    ] = ""
    mqtt_user: Annotated[
        str,
        _about(
            "本系统在外部代理上的用户名",
            "The platform's own user name at another broker",
            max_length=100,
        ),
    ] = ""
    mqtt_secret: Annotated[
        str,
        _about("对应的口令", "Its password there", max_length=500, secret=True),
    ] = ""

    # the bank behind
    bank_url: Annotated[
        str,
        _about(
            "核心银行接口的网址；留空则使用内置的参考银行（仅供演示，客户均为虚构）",
            "The core bank's interface; empty: the embedded reference bank (a demo, nobody in it is real)",
            pattern=r"^(https?://\S{1,500})?$",
            like="https://core.example",
        ),
    ] = ""
    bank_token: Annotated[
        str,
        _about("调用核心银行的令牌", "What it asks callers to bear", max_length=500, secret=True),
    ] = ""
    bank_seconds: Annotated[
        float,
        _about(
            "核心银行与联网核查的应答时限（秒），超过即结果未知，先查询再重试",
            "Seconds for an answer of the bank; beyond it the outcome is unknown, and asked after first",
            ge=0.5,
            le=120,
        ),
    ] = 8.0
    identity_address: Annotated[
        str,
        _about(
            "联网核查前置的地址；留空则使用内置的虚构名册",
            "Where the identity check (联网核查) listens; empty: an embedded register of nobody real",
            pattern=r"^(\S+:\d{1,5})?$",
            like="10.0.0.9:8091",
        ),
    ] = ""
    identity_bank_code: Annotated[
        str,
        _about(
            "本行在联网核查中的行号（12 位）",
            "The bank's own code in the identity check, 12 digits",
            pattern=r"^\d{12}$",
            like="000000000000",
        ),
    ] = "000000000000"

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
        names = [name for name, meta in metas().items() if not meta["secret"]]
        return f"Settings({', '.join(f'{name}={getattr(self, name)!r}' for name in names)}, ...)"

    @property
    def is_https(self) -> bool:
        """True where cookies must be Secure."""
        if self.secure_cookies is not SecureCookies.AUTO:
            return self.secure_cookies is SecureCookies.ALWAYS
        return bool(self.tls_certificate) or self.public_url.startswith("https://")


@cache
def hints() -> dict[str, typing.Any]:
    """The annotated type of every setting, in the order of their declaration."""
    return typing.get_type_hints(Settings, include_extras=True)


@cache
def metas() -> dict[str, dict[str, typing.Any]]:
    """What :func:`_about` noted of every setting."""
    return {name: typing.get_args(hint)[1].extra for name, hint in hints().items()}
