"""The API's description (OpenAPI 3.1), completed with what only the assembly knows."""

import asyncio
from inspect import signature
from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Router
from litestar.exceptions import NotFoundException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, License, SecurityScheme, Tag

from tingtang.http.routes import declared_routes
from tingtang.kernel.web import public

ABOUT = """The API of Tingtang 厅堂.

Every answer that is not a success has the body `{"error": {"code", "message", "params"}}`: `code` is
stable, `message` is in the caller's language (`Accept-Language`, Chinese by default).

Times are whole milliseconds since 1970 UTC and their names end in `_ms`. Ids are opaque strings.
A command may carry `Idempotency-Key`; a retry with the same key gets the first answer.
Callers that use a cookie send `X-Tingtang: 1` with every request that is not a GET."""

COOKIE, BEARER = "session_cookie", "bearer_token"


class _Elsewhere(JsonRenderPlugin):
    """Keeps Litestar's own, unfinished description from being served."""

    def __init__(self) -> None:
        super().__init__(path="/openapi.json", media_type=MediaType.JSON)

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002
        raise NotFoundException


class Description:
    """The description as it is served: made once, at the first request, in a thread, because that
    takes more than a second in which the hall must go on."""

    def __init__(self) -> None:
        self.app: Litestar | None = None
        """Set once all routes are known."""
        self._body = b""
        self._making = asyncio.Lock()

    async def body(self) -> bytes:
        """The description as JSON."""
        async with self._making:
            if not self._body and self.app is not None:
                made = await asyncio.to_thread(document, self.app)
                self._body = msgspec.json.encode(made)
        return self._body


def config(tags: list[Tag], version: str) -> OpenAPIConfig:
    """What Litestar must know to describe the routes."""
    schemes: dict[str, Any] = {
        COOKIE: SecurityScheme(
            type="apiKey",
            name="tingtang",
            security_scheme_in="cookie",
            description="Set by signing in; called `__Host-tingtang` over HTTPS.",
        ),
        BEARER: SecurityScheme(
            type="http", scheme="bearer", description="The same token, for programs and links."
        ),
    }
    return OpenAPIConfig(
        title="Tingtang 厅堂",
        version=version,
        description=ABOUT,
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        tags=tags,
        use_handler_docstrings=True,
        render_plugins=[_Elsewhere()],
        openapi_router=Router(
            "/schema/unfinished",
            route_handlers=[],
            include_in_schema=False,
            **public("the API's description holds no data"),
        ),
        components=Components(security_schemes=schemes),
    )


def document(app: Litestar) -> dict[str, Any]:
    """The whole description: permissions, security and error answers added to every operation."""
    schema: dict[str, Any] = app.openapi_schema.to_schema()
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    schemas["ErrorAnswer"] = _ERROR
    schemas["ErrorBody"] = _ERROR_BODY
    for route in declared_routes(app):
        operation = schema["paths"].get(route.openapi_path, {}).get(route.method.lower())
        if operation is None:
            continue
        if route.public is None:
            operation["security"] = [{COOKIE: []}, {BEARER: []}]
            operation["x-permission"] = str(route.permission)
        else:
            operation["security"] = []
            operation["x-public"] = route.public
        if "key" in signature(route.handler.fn).parameters:
            operation.setdefault("parameters", []).append(_IDEMPOTENCY)
        responses = operation.setdefault("responses", {})
        responses.pop("400", None)
        responses.get("204", {}).pop("content", None)
        responses["default"] = {
            "description": "Refused: the code says why.",
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}
            },
        }
    plain: dict[str, Any] = msgspec.to_builtins(schema)
    _mend(plain)
    return plain


def _mend(node: Any) -> None:
    """Litestar describes ``tuple[X, ...]`` as a list of "X or anything", which says nothing: take
    the "anything" away."""
    if isinstance(node, dict):
        items = node.get("items")
        if isinstance(items, dict) and {} in items.get("oneOf", ()):
            choices = [choice for choice in items["oneOf"] if choice != {}]
            node["items"] = choices[0] if len(choices) == 1 else {"oneOf": choices}
        for value in node.values():
            _mend(value)
    elif isinstance(node, list):
        for value in node:
            _mend(value)


_ERROR = {
    "title": "ErrorAnswer",
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"$ref": "#/components/schemas/ErrorBody"}},
}
_ERROR_BODY = {
    "title": "ErrorBody",
    "type": "object",
    "required": ["code", "message"],
    "properties": {
        "code": {"type": "string", "examples": ["not_found"]},
        "message": {"type": "string", "examples": ["找不到号票"]},
        "params": {"type": "object", "additionalProperties": True},
    },
}
_IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A retry with the same key gets the first answer.",
    "schema": {"type": "string", "maxLength": 200},
}
