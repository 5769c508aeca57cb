"""How a service says which commands it carries out.

class BarcodeReader(Service):
    @command("BarcodeReader.Read", Read)
    async def read(self, request: Request, payload: Read) -> Payload: ...
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec

from xfs4iot.messages import Payload

Reply = Payload | None
Method = TypeVar("Method", bound=Callable[..., Awaitable[Reply]])


class Nothing(msgspec.Struct):
    """The payload of a command without properties."""


class Parameters(msgspec.Struct, rename="camel", kw_only=True):
    """The base of command payloads: properties in the specification's camelCase.

    A property that is null counts as absent, and unknown properties are ignored, so that a client
    of a later release is understood as far as possible.
    """


class Command(msgspec.Struct, frozen=True):
    """One command of a service class."""

    name: str
    payload: Any
    """The type its payload is read as: a Struct, or for open sets of properties a dict."""
    immediate: bool
    """Carried out at once beside whatever else runs; the others wait for each other."""
    works_without_power: bool
    method: str


def command(
    name: str,
    payload: Any = Nothing,
    *,
    immediate: bool = False,
    works_without_power: bool = False,
) -> Callable[[Method], Method]:
    """Mark a method as the handler of command ``name``.

    The method takes the request and the payload, and gives the completion's payload. It raises a
    ``CommandFailed`` for any completion code but success.
    """

    def mark(method: Method) -> Method:
        method.__xfs_command__ = Command(  # type: ignore[attr-defined]
            name, payload, immediate, works_without_power, method.__name__
        )
        return method

    return mark


def commands_of(service: type) -> dict[str, Command]:
    """All commands of a service class, those of its bases too."""
    found: dict[str, Command] = {}
    for base in reversed(service.__mro__):
        for method in vars(base).values():
            marked = getattr(method, "__xfs_command__", None)
            if isinstance(marked, Command):
                found[marked.name] = marked
    return found


def read_payload(kind: Any, payload: Payload) -> Any:
    """Check a payload. Raises msgspec.ValidationError with the path of what is wrong."""
    given: dict[str, Any] = {key: value for key, value in payload.items() if value is not None}
    return msgspec.convert(given, kind)
