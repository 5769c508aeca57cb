"""The Litestar application: all routes, what their parameters are given, and their failures."""

import warnings
from collections.abc import Awaitable, Callable, Mapping, Sequence
from copy import copy
from inspect import signature
from typing import Any

from litestar import Litestar, Request, Response
from litestar.di import Provide
from litestar.exceptions import (
    ClientException,
    HTTPException,
    LitestarDeprecationWarning,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig

from tingtang.http.arrays import ArrayStructs
from tingtang.http.problems import (
    NO_METHOD,
    NO_ROUTE,
    as_json,
    as_refused,
    bad_input,
    reason_of,
    retry_headers,
)
from tingtang.kernel.errors import BAD_INPUT, Refused
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor
from tingtang.kernel.text import Text
from tingtang.kernel.web import (
    IDEMPOTENCY_HEADER,
    AnyRequest,
    Door,
    RequestKeys,
    actor_of,
    language_of,
)


class JsonRequest(Request[Any, Any, Any]):
    """A request whose body, where it is not even UTF-8, is the caller's mistake."""

    async def json(self) -> Any:
        try:
            return await super().json()
        except UnicodeDecodeError as error:
            raise bad_input(error) from None


def make_framework(
    routes: Sequence[tuple[str, HTTPRouteHandler]],
    services: Mapping[str, Any],
    now_ms: Callable[[], int],
    openapi: OpenAPIConfig,
    on_refused: Callable[[str], None],
    keys: RequestKeys,
) -> Litestar:
    """All ``routes`` in one Litestar application, each under its tag in the API's description ("":
    under none).

    Every handler may ask for a service by its name, and for ``actor``, ``key`` (the idempotency
    key or None), ``language`` ("zh" or "en"), ``now_ms``, and ``door`` (to count a password).
    """
    provided = {
        name: Provide(_giving(service), sync_to_thread=False) for name, service in services.items()
    }
    provided["actor"] = Provide(_actor, sync_to_thread=False)
    provided["key"] = Provide(_keying(keys))
    provided["language"] = Provide(_language, sync_to_thread=False)
    provided["door"] = Provide(_door, sync_to_thread=False)
    provided["now_ms"] = Provide(_giving_called(now_ms), sync_to_thread=False)
    with warnings.catch_warnings():
        # A handler's parameters are named after the path's, the body and what we provide; a marker
        # on each would say no more. Litestar 3 will want FromPath, JSONBody, NamedDependency.
        unmarked = "(?s).*(Inferred dependency|inferred style|without a body marker)"
        warnings.filterwarnings("ignore", unmarked, LitestarDeprecationWarning)
        return Litestar(
            route_handlers=[_with_its_own(route, tag, provided) for tag, route in routes],
            exception_handlers={Exception: _answering(on_refused)},
            openapi_config=openapi,
            plugins=[ArrayStructs()],
            request_class=JsonRequest,
            request_max_body_size=None,  # the gate has its own bound
            logging_config=None,  # logging is set up once, by the program that serves
            debug=False,
        )


def _with_its_own(
    route: HTTPRouteHandler, tag: str, provided: Mapping[str, Provide]
) -> HTTPRouteHandler:
    """A copy of ``route`` that is given what it asks for. Given everything, it would look at all of
    it, and compare each with each: half a second at every start.
    """
    own = copy(route)
    own.tags = [*(route.tags or ()), tag] if tag else route.tags
    own.dependencies = {
        name: provided[name] for name in signature(route.fn).parameters if name in provided
    }
    return own


def _giving(service: Any) -> Callable[[], Any]:
    def give() -> Any:
        return service

    return give


def _giving_called(function: Callable[[], int]) -> Callable[[], int]:
    def give() -> int:
        return function()

    return give


def _actor(request: AnyRequest) -> Actor:
    return actor_of(request)


def _keying(keys: RequestKeys) -> Callable[[AnyRequest], Awaitable[Key | None]]:
    async def key(request: AnyRequest) -> Key | None:
        header = request.headers.get(IDEMPOTENCY_HEADER)
        if not header:
            return None
        return keys.of(actor_of(request), header, request.url.path.encode(), await request.body())

    return key


def _door(request: AnyRequest) -> Door:
    return Door(request.scope["knock"])  # type: ignore[typeddict-item]


def _language(request: AnyRequest) -> str:
    return language_of(request.headers.get("accept-language", ""))


def _answering(
    on_refused: Callable[[str], None],
) -> Callable[[Request[Any, Any, Any], Exception], Response[bytes]]:
    """Any exception of a route as the error body, in the caller's language; each is counted."""

    def answer(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        refused = _as_refused(error)
        on_refused(refused.code)
        language = language_of(request.headers.get("accept-language", ""))
        headers = {name.decode(): value.decode() for name, value in retry_headers(refused)}
        return Response(
            as_json(refused, language),
            status_code=refused.problem.status,
            media_type="application/json",
            headers={"content-language": language, **headers},
        )

    return answer


def _as_refused(error: Exception) -> Refused:
    if isinstance(error, Refused) or not isinstance(error, HTTPException):
        return as_refused(error)
    if isinstance(error, NotFoundException):
        return Refused(NO_ROUTE)
    if isinstance(error, MethodNotAllowedException):
        return Refused(NO_METHOD)
    if isinstance(error, ValidationException):
        return Refused(BAD_INPUT, reason=_reasons(error))
    if isinstance(error, ClientException):
        return Refused(BAD_INPUT, reason=reason_of(str(error.detail)))
    return as_refused(error)


def _reasons(error: ValidationException) -> Text:
    reasons = []
    for one in error.extra if isinstance(error.extra, list) else []:
        words, field = reason_of(str(one.get("message", ""))), str(one.get("key", ""))
        field = "" if field == "data" else field.removeprefix("data.")
        reasons.append(Text(f"{field} {words.zh}".strip(), f"{field} {words.en}".strip()))
    if not reasons:
        return reason_of(str(error.detail))
    return Text("；".join(r.zh for r in reasons), "; ".join(r.en for r in reasons))
