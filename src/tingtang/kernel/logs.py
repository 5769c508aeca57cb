"""The program's own log: JSON lines in production, readable in a terminal, and nothing personal.

What may be written is said by allow-lists, not by a list of what to hide: of a message's arguments
numbers, identifiers and the like pass and any other text does not; of a structured entry's fields
only the known ones do. Whatever still looks like a phone, identity or card number or like a token
is blotted out of the finished line.
"""

import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO, cast

import msgspec
import sqlalchemy as sa
import structlog

from tingtang.kernel.errors import Refused
from tingtang.kernel.settings import LogFormat, LogLevel

FIELDS = frozenset(
    {
        "actor", "branch", "code", "count", "error", "feature", "host", "method", "path", "port",
        "position", "reaction", "revision", "route", "seconds", "sequence", "status", "stream",
        "version", "view",
    }
)  # fmt: skip
"""The fields that a log entry may have. None of them may be given personal data."""
AS_THEY_ARE = frozenset({"level", "logger", "timestamp", "exception"})
"""Fields that this module fills."""
BLOT = "…"
FRAMES_MAX = 12
"""Innermost frames of a traceback that are written."""

_IDENTIFIER = re.compile(r"[A-Za-z0-9_.,:;/@+\-=\[\]*<>{}()#%&?!'|~^$\\]{0,200}")
"""A text without blanks in ASCII: ids, names of streams and reactions, paths, codes."""
_UUID = re.compile(r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")
_TIME_MS = r"(?!1[0-9]{12}(?![0-9]))"  # milliseconds since 1970 have 13 digits, as few cards have
_PERSONAL = re.compile(
    r"[^\s@,;:<>()]+@[^\s@,;:<>()]+\.[A-Za-z]+"  # mail addresses
    r"|(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])"  # identity card, GB 11643
    rf"|(?<![0-9A-Za-z]){_TIME_MS}[0-9]{{13,19}}(?![0-9A-Za-z])"  # bank card, ISO/IEC 7812
    r"|(?<![0-9A-Za-z])(?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}(?![0-9A-Za-z])"  # phone
    r"|eyJ[\w\-]+\.[\w\-]+\.[\w\-]*"  # JSON web tokens
    r"|(?=[\w\-+=]*[0-9])[\w\-+=]{32,}"  # keys, hashes, URL-safe base64
    r"|(?=[\w+/=]*[0-9])(?=[\w+/=]*[A-Z])(?=[\w+/=]*[a-z])[\w+/=]{40,}",  # base64
    re.ASCII,
)
_DETAIL = re.compile(r"(?m)^(DETAIL|\[SQL|\[parameters|CONTEXT|HINT).*$")
"""What database drivers add to their errors: it quotes the row."""


def blot(text: str) -> str:
    """``text`` without what looks like personal data or a secret. Ids of ours stay."""
    parts = _UUID.split(text)
    parts[::2] = [_PERSONAL.sub(BLOT, part) for part in parts[::2]]
    return "".join(parts)


def describe(error: BaseException) -> str:
    """An exception in words that quote nobody: its type, and its text where that is technical or
    our own; of a refusal the code, since its words may hold what was asked for.
    """
    technical = (OSError, sa.exc.OperationalError, sa.exc.InterfaceError)
    name = type(error).__name__
    if isinstance(error, Refused):
        return f"{name}: {error.code}"
    is_ours = type(error).__module__.startswith("tingtang.")
    if not is_ours and not isinstance(error, technical) and not _is_driver_error(error):
        return name
    return f"{name}: {blot(_DETAIL.sub('', str(error)).strip())}"


def _is_driver_error(error: BaseException) -> bool:
    module = type(error).__module__.partition(".")[0]
    return module in {"sqlite3", "psycopg"} and type(error).__name__ == "OperationalError"


def trace(error: BaseException) -> list[str]:
    """Where an exception came from: its causes and frames, without the values of anything."""
    lines = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines.append(describe(current))
        frames = traceback.extract_tb(current.__traceback__)[-FRAMES_MAX:]
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        current = current.__cause__ or current.__context__
    return lines


class Discreet(logging.Filter):
    """Replaces the arguments of a message that may not be written, before it is put together."""

    def filter(self, record: logging.LogRecord) -> bool:
        args = record.args
        if isinstance(args, Mapping):
            record.args = {name: discreet(value) for name, value in args.items()}
        elif args:
            record.args = tuple(discreet(value) for value in args)
        return True


def discreet(value: Any) -> Any:
    """``value`` if it may be written, else as much of it as may."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, BaseException):
        return describe(value)
    if isinstance(value, str):
        return blot(value) if _IDENTIFIER.fullmatch(value) else BLOT
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, list | tuple | set | frozenset):
        return [discreet(item) for item in value]
    return f"<{type(value).__name__}>"


def allowed_fields(
    _logger: Any, _name: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor: known fields only, and in them what may be written."""
    kept: dict[str, Any] = {}
    hidden = []
    for name, value in entry.items():
        if name == "event":
            kept[name] = blot(str(value))
        elif name in AS_THEY_ARE:
            kept[name] = value
        elif name in FIELDS:
            kept[name] = discreet(value)
        elif not name.startswith("_"):
            hidden.append(name)
    if hidden:
        kept["hidden"] = hidden  # their names, so that who needs one can see why it is missing
    return kept


def _with_trace(
    _logger: Any, _name: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    found = entry.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        entry["exception"] = trace(error)
    return entry


def _render_text(_logger: Any, _name: str, entry: MutableMapping[str, Any]) -> str:
    fields = dict(entry)
    head = f"{fields.pop('timestamp', '')} {fields.pop('level', ''):8} {fields.pop('event', '')}"
    fields.pop("logger", None)
    lines = [*fields.pop("exception", [])]
    more = " ".join(f"{name}={value}" for name, value in fields.items())
    return "\n    ".join([f"{head} {more}".rstrip(), *lines])


def _render_json(_logger: Any, _name: str, entry: MutableMapping[str, Any]) -> str:
    return msgspec.json.encode(dict(entry)).decode()


def configure(level: LogLevel, form: LogFormat, stream: TextIO | None = None) -> None:
    """Set up logging for the whole process, once at its start."""
    stream = stream or sys.stderr
    as_text = form is LogFormat.TEXT or (form is LogFormat.AUTO and stream.isatty())
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_trace,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            allowed_fields,
            cast("Any", _render_text if as_text else _render_json),
        ],
        keep_exc_info=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    handler.addFilter(Discreet())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.value.upper())
    logging.getLogger("alembic").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
