"""What MQTT must be told by the installation."""

import re
import ssl
from pathlib import Path
from typing import NamedTuple

import msgspec

from tingtang.devices.mqtt.client import ClientOptions
from tingtang.devices.mqtt.sessions import Limits
from tingtang.kernel.errors import Trouble

OFF, EMBEDDED = "off", "embedded"
_OUTSIDE = re.compile(r"^(mqtts?)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(?::(\d{1,5}))?/?$")
_LISTEN = re.compile(r"^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):(\d{1,5})$")


class MqttOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the application's options that is MQTT's."""

    broker: str = OFF
    """``off``, ``embedded``, or another's address: ``mqtt://host:1883``, ``mqtts://host:8883``."""
    listen: str = "127.0.0.1:1883"
    """Where the embedded broker listens; port 0 lets the system choose."""
    or_any_port: bool = False
    """Where the port is taken, another will do: for the demo."""
    certificate: str = ""
    """Embedded: the file of its certificate with chain; with ``key`` it speaks TLS only."""
    key: str = ""
    authorities: str = ""
    """Another's: the file of the authorities that its certificate may be from; empty: the usual."""
    user: str = ""
    secret: str = ""
    """The platform's own account at another broker."""
    messages_per_second: float = 50.0
    """Of one device, with bursts of four seconds' worth; what is more is thinned and flagged."""
    limits: Limits = Limits()

    def __repr__(self) -> str:
        return f"MqttOptions({self.broker})"


class Address(NamedTuple):
    host: str
    port: int


def listen_address(options: MqttOptions) -> Address:
    found = _LISTEN.match(options.listen)
    if found is None or int(found[2]) > 65_535:
        raise Trouble(
            f"设置 mqtt_listen 须形如 127.0.0.1:1883，而不是 {options.listen}",
            f"mqtt_listen must be like 127.0.0.1:1883, not {options.listen}",
        )
    return Address(found[1].strip("[]"), int(found[2]))


def server_tls(options: MqttOptions) -> ssl.SSLContext | None:
    """TLS of the embedded broker, where it has a certificate."""
    if not options.certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(options.certificate, options.key or None)
    except (OSError, ssl.SSLError) as error:
        raise Trouble(
            f"MQTT 的证书或私钥无法读取：{error}",
            f"the certificate or key of MQTT cannot be read: {error}",
        ) from None
    return context


def client_options(options: MqttOptions) -> ClientOptions:
    """How another broker is reached."""
    found = _OUTSIDE.match(options.broker)
    if found is None or int(found[3] or 0) > 65_535:
        raise Trouble(
            f"设置 mqtt_broker 须为 off、embedded 或 mqtt://主机:端口，而不是 {options.broker}",
            f"mqtt_broker must be off, embedded or mqtt://host:port, not {options.broker}",
        )
    tls = None
    if found[1] == "mqtts":
        authorities = options.authorities
        if authorities and not Path(authorities).is_file():
            raise Trouble(
                f"找不到 MQTT 的证书颁发机构文件 {authorities}",
                f"the file of MQTT's certificate authorities is missing: {authorities}",
            )
        tls = ssl.create_default_context(cafile=authorities or None)
    return ClientOptions(
        host=found[2].strip("[]"),
        port=int(found[3] or (8883 if tls else 1883)),
        username=options.user,
        password=options.secret,
        client=options.user or "tingtang",
        tls=tls,
    )
