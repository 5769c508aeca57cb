"""The messages on the wire: a header and a payload in JSON, one to a WebSocket text frame.

Two dialects differ in where some properties stand. Release 2021-1 keeps ``timeout``, the status of
an acknowledgement, ``completionCode`` and ``errorDescription`` in the payload; releases from 2023-1
on keep them in the header. Inside this package they are always in the header; ``encode`` moves
them out for a 2021-1 peer, and ``decode`` takes them from wherever they are.
"""

from enum import StrEnum
from typing import Any, Final

import msgspec

VERSION: Final = "1.0"
"""The version of every message that this package writes."""

MESSAGE_BYTES_MAX: Final = 4 * 1024 * 1024
"""The largest message either side accepts: pictures and print data travel inside messages."""

Payload = dict[str, Any]
"""The properties of a message, named as in the specification."""


class Dialect(StrEnum):
    """Where properties of the protocol itself stand in a message."""

    IN_PAYLOAD = "2021-1"
    IN_HEADER = "2023-1"


class Kind(StrEnum):
    """The type of a message (``header.type``)."""

    COMMAND = "command"
    ACKNOWLEDGE = "acknowledge"
    EVENT = "event"
    COMPLETION = "completion"
    UNSOLICITED = "unsolicited"


class AcknowledgeStatus(StrEnum):
    """Why a command is not accepted (``header.status``); absent when it is."""

    INVALID_MESSAGE = "invalidMessage"
    INVALID_REQUEST_ID = "invalidRequestID"
    TOO_MANY_REQUESTS = "tooManyRequests"


class Header(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """The header of any message; which properties are present depends on its type."""

    type: Kind
    name: str
    version: str = ""
    request_id: int | None = None
    """Above zero and unique in a connection; absent in unsolicited events."""
    timeout: int | None = None
    """Commands: milliseconds after which the service gives up; 0 is never."""
    status: str | None = None
    completion_code: str | None = None
    error_description: str | None = None


class Message(msgspec.Struct, kw_only=True):
    """One message, the protocol's own properties in its header whatever the dialect."""

    header: Header
    payload: Payload = msgspec.field(default_factory=dict)
    dialect: Dialect | None = None
    """The dialect it was written in, where the message shows it."""


class BadMessage(Exception):  # noqa: N818
    """What arrived is no message. ``name`` and ``request_id`` are what could still be read."""

    def __init__(
        self, reason: str, *, name: str = "", request_id: int | None = None, bad_id: bool = False
    ) -> None:
        super().__init__(reason)
        self.name = name
        self.request_id = request_id
        self.bad_id = bad_id
        """A command, fine but for its ``requestId``."""


class _Wire(msgspec.Struct, kw_only=True):
    header: Header
    payload: Payload | None = None


_decoder = msgspec.json.Decoder(_Wire)
_encoder = msgspec.json.Encoder()
_ID_MAX = 2**63 - 1
_SPELT_IN_2021 = {"authorisationRequired": "authorizationRequired"}


def encode(message: Message, dialect: Dialect) -> bytes:
    """Write ``message`` for a peer that speaks ``dialect``.

    Raises TypeError when the payload holds something that JSON cannot say.
    """
    if dialect is Dialect.IN_HEADER:
        return _encoder.encode({"header": message.header, "payload": message.payload})
    header, own = message.header, Payload()
    if header.type is Kind.ACKNOWLEDGE:
        own["status"] = header.status or "ok"
    elif header.type is Kind.COMPLETION:
        code = header.completion_code
        own["completionCode"] = _SPELT_IN_2021.get(code or "", code)
    elif header.type is Kind.COMMAND:
        own["timeout"] = header.timeout or 0
    if header.error_description:
        own["errorDescription"] = header.error_description
    bare = Header(
        type=header.type, name=header.name, version=header.version, request_id=header.request_id
    )
    return _encoder.encode({"header": bare, "payload": {**message.payload, **own}})


def decode(data: bytes | str) -> Message:
    """Read a message of either dialect. Raises BadMessage, and nothing else, on anything else."""
    try:
        wire = _decoder.decode(data)
        header, payload = wire.header, wire.payload or {}
        if header.type is not Kind.UNSOLICITED and not 0 < (header.request_id or 0) <= _ID_MAX:
            raise msgspec.ValidationError("requestId is not an integer above zero")
        if header.timeout is not None and header.timeout < 0:
            raise msgspec.ValidationError("timeout is below zero")
    except (msgspec.DecodeError, RecursionError, UnicodeError) as problem:
        raise _diagnose(data, str(problem)) from None
    dialect = None
    if header.type is Kind.COMMAND:
        if header.timeout is not None:
            dialect = Dialect.IN_HEADER
        elif isinstance(timeout := payload.get("timeout"), int) and timeout >= 0:
            dialect = Dialect.IN_PAYLOAD
            header.timeout = int(payload.pop("timeout"))
    elif header.type is Kind.COMPLETION:
        if header.completion_code is not None:
            dialect = Dialect.IN_HEADER
        elif isinstance(payload.get("completionCode"), str):
            dialect = Dialect.IN_PAYLOAD
            header.completion_code = payload.pop("completionCode")
            header.error_description = _text(payload.pop("errorDescription", None))
        else:
            raise BadMessage(
                "a completion without completionCode",
                name=header.name,
                request_id=header.request_id,
            )
    elif header.type is Kind.ACKNOWLEDGE:
        if "status" in payload:
            dialect = Dialect.IN_PAYLOAD
            header.status = _text(payload.pop("status"))
            header.error_description = _text(payload.pop("errorDescription", None))
        if header.status == "ok":
            header.status = None
    return Message(header=header, payload=payload, dialect=dialect)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _diagnose(data: bytes | str, reason: str) -> BadMessage:
    """Say as much as can be said of a message that could not be read."""
    try:
        anything = msgspec.json.decode(data)
        header = anything["header"]
        name, kind, given = header["name"], header["type"], header.get("requestId")
    except (msgspec.DecodeError, RecursionError, UnicodeError, TypeError, KeyError, AttributeError):
        return BadMessage(reason)
    if not isinstance(name, str):
        return BadMessage(reason)
    number = given if isinstance(given, int) and not isinstance(given, bool) else None
    good = number is not None and 0 < number <= _ID_MAX
    return BadMessage(
        reason,
        name=name,
        request_id=number if number is not None and abs(number) <= _ID_MAX else None,
        bad_id=kind == Kind.COMMAND and not good and isinstance(anything.get("payload", {}), dict),
    )
