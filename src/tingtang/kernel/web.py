"""What the routes of every feature share: permits, the actor, idempotency keys, error bodies.

A route is a Litestar handler decorated with ``**permit(Permission.X)`` or ``**public("why")``. One
that has neither cannot be assembled (see ``tingtang.http.app``).
"""

import hmac
from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from tingtang.kernel.errors import Refused
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.text import Text

IDEMPOTENCY_HEADER = "idempotency-key"
KEY_LENGTH_MAX = 200

AnyRequest = Request[Actor, None, Any]


class Door:
    """Where somebody proves who they are by a password, beside the sign-in itself: a second person at
    somebody else's screen. ``knock`` before the password is looked at.
    """

    def __init__(self, count: Callable[[], None]) -> None:
        self._count = count

    def knock(self) -> None:
        """Count an attempt of the caller's address; refused (too_many_requests) as a sign-in is."""
        self._count()


class ErrorBody(msgspec.Struct, frozen=True):
    """What went wrong: a stable code, words in the caller's language, and the values in them."""

    code: str
    message: str
    params: dict[str, Any] = {}


class ErrorAnswer(msgspec.Struct, frozen=True):
    """The body of every answer that is not a success."""

    error: ErrorBody


def error_answer(refused: Refused, language: str) -> ErrorAnswer:
    """The body that tells of a refusal."""
    params = {name: _plain(value, language) for name, value in refused.params.items()}
    return ErrorAnswer(ErrorBody(refused.code, refused.message(language), params))


def _plain(value: Any, language: str) -> Any:
    if isinstance(value, Text):
        return value.in_language(language)
    return value if isinstance(value, int | float | bool) else str(value)


def permit(permission: Permission, *, branch: str = "branch", fast: bool = False) -> dict[str, Any]:
    """Handler options: only actors with ``permission``, in the branch that the path names.

    ``branch`` is the name of the path parameter that holds the branch id; a path without it asks
    for the permission alone, and the handler limits what it gives to the actor's own scope.
    ``fast`` serves the route as plain ASGI (see ``tingtang.http.fast_lane``): for the few that are
    called all the time.
    """

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        actor_of(connection).require(permission, connection.path_params.get(branch))

    opt = {"permission": permission, "branch_parameter": branch, "fast": fast}
    return {"guards": [guard], "opt": opt}


def public(why: str) -> dict[str, Any]:
    """Handler options: anybody, and the reason why that is right."""
    return {"opt": {"public": why}}


def encoded(body: bytes) -> Any:
    """An answer that is JSON already; it goes out as it is, under the type the handler declares."""
    return msgspec.Raw(body)


def actor_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Actor:
    """Who is asking; set by the sign-in middleware on every request."""
    actor: Actor = connection.scope["actor"]  # type: ignore[typeddict-item]
    return actor


def language_of(accept_language: str) -> str:
    """ "en" if the caller prefers English to Chinese, else "zh"."""
    for part in accept_language.split(","):
        tag = part.split(";")[0].strip().lower()
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "zh"


class RequestKeys:
    """Makes idempotency keys. What was asked may hold a PIN or a password, and its digest lies on disk:
    only with the ``secret``, which lies elsewhere, could somebody try which one it was.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of(self, actor: Actor, header: str | None, *request_parts: bytes) -> Key | None:
        """The caller's key in the actor's own space, bound to what was asked."""
        if not header:
            return None
        asked = hmac.digest(self._secret, b"\0".join(request_parts), "sha256")
        return Key(f"{actor.name}:{header[:KEY_LENGTH_MAX]}", asked.hex()[:32])
