"""What the web application must be told; made from the settings, or by hand in tests."""

from pathlib import Path

import msgspec
from argon2 import PasswordHasher

from tingtang.bank.options import BankOptions
from tingtang.devices.mqtt.options import MqttOptions
from tingtang.kernel.clock import HOUR_MS, MINUTE_MS
from tingtang.kernel.errors import Trouble
from tingtang.kernel.log import WAITING_MAX
from tingtang.kernel.settings import Settings
from tingtang.messages.feature import MessageOptions
from tingtang.messages.model import TEMPLATES
from tingtang.org.sign_in.model.rules import STAFF_IDLE_MS, STAFF_LONGEST_MS
from tingtang.org.sign_in.options import OidcOptions, SignInOptions

__all__ = ["OidcOptions", "WebOptions", "sign_in_options", "web_options", "wechat_templates"]


class WebOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Everything :func:`tingtang.http.app.build` needs beyond its ports."""

    database_url: str
    data_folder: Path = Path("var")
    is_demo: bool = False
    is_tls: bool = False
    """True where browsers reach us over HTTPS: cookies are Secure and HSTS is sent."""
    public_url: str = ""
    """How people reach this server ("https://hall.example"); empty takes the request's own host."""
    messages_url: str = ""
    """Where links in messages lead while ``public_url`` is empty: no request stands behind them."""
    origins: tuple[str, ...] = ()
    """Other origins whose pages may call this server (a reverse proxy's name)."""
    static_folder: Path | None = None
    """The built web pages; None looks in the package and then in a checkout's web/dist."""
    oidc: OidcOptions | None = None
    public_per_second: float = 20.0
    """Requests a second that one address without a session may make, with bursts of ten seconds'
    worth: a branch's guests often share one address."""
    sign_ins_per_minute: float = 30.0
    """Attempts to sign in or enrol from one address."""
    password_hasher: PasswordHasher | None = None
    staff_idle_ms: int = STAFF_IDLE_MS
    staff_longest_ms: int = STAFF_LONGEST_MS
    backlog_max: int = WAITING_MAX
    """Appends that may wait for the disk; beyond it callers are told to try again."""
    answers_kept_days: int = 7
    metrics_token: str = ""
    """If set, /metrics asks for it as a bearer token; else only this machine may read them."""
    messages: MessageOptions = MessageOptions()
    mqtt: MqttOptions = MqttOptions()
    bank: BankOptions = BankOptions()


def web_options(settings: Settings) -> WebOptions:
    """The options of an installation with these settings."""
    oidc = OidcOptions(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
    )
    return WebOptions(
        database_url=settings.database_url,
        data_folder=Path(settings.data_dir),
        is_tls=settings.is_https,
        public_url=settings.public_url,
        origins=settings.origins,
        oidc=oidc if settings.oidc_issuer else None,
        public_per_second=settings.public_per_second,
        sign_ins_per_minute=settings.sign_ins_per_minute,
        staff_idle_ms=settings.session_idle_minutes * MINUTE_MS,
        staff_longest_ms=settings.session_absolute_hours * HOUR_MS,
        backlog_max=settings.backlog_max,
        answers_kept_days=settings.answers_kept_days,
        metrics_token=settings.metrics_token,
        messages=MessageOptions(
            url=settings.message_url,
            key_id=settings.message_key_id,
            secret=settings.message_secret,
            wechat_app_id=settings.wechat_app_id,
            wechat_templates=wechat_templates(settings.wechat_templates),
        ),
        mqtt=MqttOptions(
            broker=settings.mqtt_broker,
            listen=settings.mqtt_listen,
            certificate=settings.mqtt_certificate,
            key=settings.mqtt_key,
            authorities=settings.mqtt_authorities,
            user=settings.mqtt_user,
            secret=settings.mqtt_secret,
        ),
        bank=BankOptions(
            url=settings.bank_url,
            token=settings.bank_token,
            seconds=settings.bank_seconds,
            identity_address=settings.identity_address,
            identity_bank_code=settings.identity_bank_code,
        ),
    )


def wechat_templates(given: tuple[str, ...]) -> dict[str, str]:
    """WeChat's template ids by our names, from ``name=id`` each; :class:`Trouble` at any other."""
    found: dict[str, str] = {}
    for one in given:
        name, _, template = (part.strip() for part in one.partition("="))
        if name not in TEMPLATES or not template:
            names = ", ".join(TEMPLATES)
            raise Trouble(
                f"设置 wechat_templates 中的“{one}”须形如 名称=模板编号，名称为 {names} 之一",
                f"wechat_templates: {one!r} must be name=id, the name being one of {names}",
            )
        found[name] = template
    return found


def sign_in_options(options: WebOptions) -> SignInOptions:
    """What sign-in is told of the application's options."""
    return SignInOptions(
        is_tls=options.is_tls,
        public_url=options.public_url,
        messages_url=options.messages_url,
        oidc=options.oidc,
        staff_idle_ms=options.staff_idle_ms,
        staff_longest_ms=options.staff_longest_ms,
        password_hasher=options.password_hasher,
    )
