"""MQTT within TLS: as the broker itself, and towards another's."""

import datetime as dt
import ssl
from ipaddress import ip_address
from pathlib import Path

import aiomqtt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.devices.mqtt.conftest import Hall, open_hall, say, until
from tingtang.devices.mqtt.client import MqttClient
from tingtang.devices.mqtt.options import MqttOptions, client_options


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for this machine that vouches for itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, secret = folder / "cert.pem", folder / "key.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file, secret


@pytest.fixture
async def tls_hall(certificate: tuple[Path, Path], seeded: Path, tmp_path: Path):
    file, secret = certificate
    async with open_hall(seeded, tmp_path, certificate=str(file), key=str(secret)) as hall:
        yield hall


def _trusting(file: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=file)


@pytest.mark.shows("R130", part="devices speak within TLS")
async def test_a_device_speaks_within_tls_and_in_clear_it_is_not_heard(
    tls_hall: Hall, certificate: tuple[Path, Path]
) -> None:
    await tls_hall.enrol("light-1")
    trust = _trusting(certificate[0])
    async with tls_hall.on_line("light-1", tls_context=trust) as device:
        await say(device, "light-1", "properties", {"level": 30})
        await until(lambda: tls_hall.state("light-1").properties.get("level") == 30)
    with pytest.raises(aiomqtt.MqttError):
        async with tls_hall.client("light-1", timeout=2):
            pass


async def test_who_trusts_nobody_is_not_fooled(tls_hall: Hall) -> None:
    await tls_hall.enrol("light-1")
    with pytest.raises((aiomqtt.MqttError, ssl.SSLError)):
        async with tls_hall.client("light-1", tls_context=ssl.create_default_context(), timeout=2):
            pass


async def test_the_platform_reaches_another_broker_within_tls(
    tls_hall: Hall, certificate: tuple[Path, Path]
) -> None:
    secret = await tls_hall.enrol("far", "gateway")
    options = MqttOptions(
        broker=f"mqtts://localhost:{tls_hall.port}", user="far", secret=secret,
        authorities=str(certificate[0]),
    )  # fmt: skip
    heard = client_of(options)
    await heard.start()
    try:
        await until(lambda: heard.is_up)
        assert heard.options.tls is not None
    finally:
        await heard.stop()


async def test_a_broker_that_nobody_vouches_for_is_not_spoken_to(
    tls_hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    secret = await tls_hall.enrol("far", "gateway")
    broker = f"mqtts://localhost:{tls_hall.port}"
    doubting = client_of(MqttOptions(broker=broker, user="far", secret=secret))
    await doubting.start()
    try:
        await until(lambda: "certificate" in caplog.text.lower())
        assert not doubting.is_up
    finally:
        await doubting.stop()


def client_of(options: MqttOptions) -> MqttClient:
    """A client that hears nothing of interest."""

    def heard(*_: object) -> None:
        return None

    return MqttClient(client_options(options), heard, heard, heard)  # type: ignore[arg-type]
