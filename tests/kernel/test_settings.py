"""Settings: where they come from, and what is said of those that cannot be used."""

from pathlib import Path

import pytest

from tingtang.kernel.setting_sources import SETTINGS, BadSettings, document, load
from tingtang.kernel.settings import LogLevel, Settings
from tingtang.kernel.vault import Suite

ROOT = Path(__file__).parents[2]


def troubles(environment: dict[str, str], file: Path | None = None) -> list[str]:
    with pytest.raises(BadSettings) as bad:
        load(environment, file)
    return [trouble.en for trouble in bad.value.troubles]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tingtang.toml"


def test_without_anything_there_are_defaults() -> None:
    settings = load({"PATH": "/bin", "TINGTANG_DATA": "/somewhere"})
    assert settings == Settings()
    assert settings.port == 8000
    assert settings.database_url == "sqlite:///var/tingtang.db"


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(file: Path) -> None:
    file.write_text('port = 9000\nhost = "0.0.0.0"\norigins = ["https://a", "https://b"]\n')
    settings = load({"TINGTANG_PORT": "9001", "TINGTANG_CONFIG": str(file)})
    assert (settings.port, settings.host, settings.origins) == (
        9001, "0.0.0.0", ("https://a", "https://b"),
    )  # fmt: skip
    other = file.with_name("other.toml")
    other.write_text('cipher_suite = "sm4-gcm"')
    settings = load({"TINGTANG_CONFIG": str(file)}, other)
    assert (settings.cipher_suite, settings.port) == (Suite.SM4_GCM, 8000)


def test_the_environment_speaks_in_texts() -> None:
    settings = load(
        {
            "TINGTANG_LANGUAGES": "en, zh",
            "TINGTANG_PUBLIC_PER_SECOND": "2.5",
            "TINGTANG_LOG_LEVEL": "debug",
            "TINGTANG_TRUSTED_PROXIES": "",
        }
    )
    assert settings.languages == ("en", "zh")
    assert settings.public_per_second == 2.5
    assert settings.log_level is LogLevel.DEBUG
    assert settings.trusted_proxies == ()


def test_all_that_is_wrong_is_said_at_once(file: Path) -> None:
    file.write_text('prot = 1\nport = "many"\nlog_level = "loud"\n')
    said = troubles({"TINGTANG_BACKLOG_MAX": "5", "TINGTANG_METRICS_TOKN": "x"}, file)
    assert said == [
        f"there is no setting prot ({file}); did you mean port?",
        f"port ({file}) is 'many' and should be a whole number from 1 to 65535",
        f"log_level ({file}) is 'loud' and should be one of debug, info, warning, error",
        "TINGTANG_BACKLOG_MAX is '5' and should be a whole number from 100 to 1000000",
        "there is no setting TINGTANG_METRICS_TOKN; did you mean TINGTANG_METRICS_TOKEN?",
    ]


@pytest.mark.parametrize("name", ["languages", "public_url", "database_url", "oidc_issuer"])
def test_texts_of_the_wrong_form_are_refused(name: str) -> None:
    assert len(troubles({f"TINGTANG_{name.upper()}": "nonsense"})) == 1


def test_what_contradicts_itself_is_refused() -> None:
    assert troubles({"TINGTANG_TLS_KEY": "key.pem"}) == ["set both tls_certificate and tls_key"]
    assert troubles({"TINGTANG_OIDC_ISSUER": "https://id.bank"}) == [
        "oidc_issuer needs oidc_client_id"
    ]
    assert troubles({"TINGTANG_MESSAGE_URL": "https://sms.bank"}) == [
        "message_url needs public_url: links in messages have no address without it"
    ]


def test_a_file_that_cannot_be_read_is_named(file: Path) -> None:
    assert troubles({}, file) == [f"the file {file} cannot be read: No such file or directory"]
    file.write_text("port = = 1")
    assert troubles({}, file)[0].startswith(f"{file} is not TOML: ")


def test_secrets_are_neither_shown_nor_told_in_errors() -> None:
    secrets = {
        "TINGTANG_METRICS_TOKEN": "hush-1",
        "TINGTANG_OIDC_CLIENT_SECRET": "hush-2",
        "TINGTANG_DATABASE_URL": "postgresql+psycopg://me:hush-3@db/x",
    }
    assert "hush" not in repr(load(secrets))
    assert "hush" not in troubles({"TINGTANG_DATABASE_URL": "mysql://me:hush@db/x"})[0]


def test_cookies_are_secure_where_there_is_https() -> None:
    assert not load({}).is_https
    assert load({"TINGTANG_PUBLIC_URL": "https://hall.bank"}).is_https
    assert load({"TINGTANG_SECURE_COOKIES": "always"}).is_https
    assert not load(
        {"TINGTANG_SECURE_COOKIES": "never", "TINGTANG_PUBLIC_URL": "https://hall.bank"}
    ).is_https


def test_every_setting_is_documented_in_both_languages() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert text == document(), "run `make settings`"
    for setting in SETTINGS:
        assert f"`{setting.name}`" in text
        assert setting.about.zh and setting.about.en
