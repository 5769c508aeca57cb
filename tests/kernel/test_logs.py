"""The program's log: what must never be in it, and what must."""

import io
import logging
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
import structlog

from tingtang.kernel.database import DatabaseInUse
from tingtang.kernel.errors import NOT_FOUND, Refused
from tingtang.kernel.logs import blot, configure
from tingtang.kernel.settings import LogFormat, LogLevel

PERSONAL = [
    "王小明",
    "Wang Xiaoming",
    "13800138000",
    "138 0013 8000",
    "+86-138-0013-8000",
    "11010519491231002X",
    "6222021234567890123",
    "wang@bank.example",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.c2lnbmF0dXJlLWhlcmU",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
]
HARMLESS = [
    "hall/01890a5d-ac96-774b-bcce-b302099a8057/2026-03-05",
    "01890a5d-ac96-774b-bcce-b302099a8057",
    "staff:01890a5d-ac96-774b-bcce-b302099a8057",
    "reaction:vip-reception:12345",
    "/api/branches/{branch}/tickets/{ticket}/transfer-to-counter",
    "storage_failed",
    "event:1700000000000",
    "tingtang.kernel.reactions_of_a_feature.handler",
]

Entries = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def entries() -> Iterator[Entries]:
    """What was written since, parsed line by line."""
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    configure(LogLevel.INFO, LogFormat.AUTO, stream)
    yield lambda: [msgspec.json.decode(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("value", PERSONAL)
def test_nothing_personal_gets_in(entries: Entries, value: str) -> None:
    logger = logging.getLogger("test")
    logger.warning("customer %s came", value)
    logger.warning("customer %(name)s came", {"name": value})
    logger.warning("customers %s came", [value, value])
    structlog.get_logger("test").warning("customer came", name=value, phone=value, actor=value)
    try:
        raise ValueError(f"bad customer {value}")
    except ValueError:
        logger.exception("failed")
        structlog.get_logger("test").exception("failed")
    try:
        raise sa.exc.OperationalError(
            "INSERT", {"name": value}, OSError(f"failed\nDETAIL: Key (name)=({value}) exists")
        )
    except sa.exc.OperationalError as error:
        logger.error("the disk: %s", error.orig)
    written = entries()
    assert len(written) == 7
    text = msgspec.json.encode(written).decode()
    assert value not in text
    assert value.replace(" ", "") not in text


@pytest.mark.parametrize(
    "value", [value for value in PERSONAL if not value[-1].isalpha() or "@" in value]
)
def test_even_in_a_finished_message_numbers_and_tokens_are_blotted_out(
    entries: Entries, value: str
) -> None:
    logging.getLogger("test").warning(f"customer {value} came")
    assert entries()[0]["event"] == "customer … came"


@pytest.mark.parametrize("value", HARMLESS)
def test_what_helps_to_find_a_fault_stays(entries: Entries, value: str) -> None:
    logging.getLogger("test").warning("trouble with %s", value)
    structlog.get_logger("test").warning("trouble", stream=value)
    first, second = entries()
    assert first["event"] == f"trouble with {value}"
    assert second["stream"] == value
    assert blot(value) == value


def test_an_entry_has_time_level_logger_and_where_an_error_came_from(entries: Entries) -> None:
    try:
        raise PermissionError(13, "Permission denied")
    except PermissionError:
        logging.getLogger("tingtang.x").exception("reaction %s failed at %d", "vip", 7)
    (entry,) = entries()
    assert entry["event"] == "reaction vip failed at 7"
    assert (entry["level"], entry["logger"]) == ("error", "tingtang.x")
    assert entry["timestamp"].endswith("Z")
    assert entry["exception"][0] == "PermissionError: [Errno 13] Permission denied"
    assert "test_logs.py" in entry["exception"][1]


def test_a_field_that_is_not_known_is_left_out_by_name(entries: Entries) -> None:
    structlog.get_logger("test").info("came", customer_name="x", branch="b1")
    (entry,) = entries()
    assert "customer_name" not in entry
    assert (entry["hidden"], entry["branch"]) == (["customer_name"], "b1")


def test_our_own_errors_keep_their_words_and_refusals_their_code(entries: Entries) -> None:
    log = logging.getLogger("test")
    log.error("failed: %s", DatabaseInUse("正在使用", "another Tingtang process is using x.db"))
    log.error("failed: %s", Refused(NOT_FOUND, what="王小明"))
    assert [entry["event"] for entry in entries()] == [
        "failed: DatabaseInUse: another Tingtang process is using x.db",
        "failed: Refused: not_found",
    ]


def test_debugging_is_off_unless_asked_for(entries: Entries) -> None:
    logging.getLogger("test").debug("detail")
    assert entries() == []


def test_in_a_terminal_it_reads_as_text() -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:]
    configure(LogLevel.INFO, LogFormat.TEXT, stream)
    structlog.get_logger("test").info("listening", port=8000)
    root.handlers[:] = before
    structlog.reset_defaults()
    assert stream.getvalue().rstrip().endswith("info     listening port=8000")
