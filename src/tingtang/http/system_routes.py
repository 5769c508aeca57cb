"""Health, metrics and the API's description."""

import hmac

import msgspec
from litestar import Response, get

from tingtang.http.openapi import Description
from tingtang.http.readiness import Check, Readiness
from tingtang.http.served import Served
from tingtang.kernel.errors import Refused
from tingtang.kernel.permissions import FORBIDDEN
from tingtang.kernel.web import AnyRequest, public


class Alive(msgspec.Struct, frozen=True):
    """The process answers."""

    alive: bool = True


class Ready(msgspec.Struct, frozen=True):
    """Whether requests can be served, and each thing that was looked at."""

    ready: bool
    checks: dict[str, Check]


@get("/health/live", **public("a supervisor asks whether the process still answers"))
async def live() -> Alive:
    """Whether the process answers at all."""
    return Alive()


@get("/health/ready", **public("a load balancer asks whether to send requests here"))
async def ready(readiness: Readiness) -> Response[Ready]:
    """Whether requests can be served: database, log, schema."""
    checks = await readiness.look()
    is_ready = all(check.ok for check in checks.values())
    return Response(Ready(is_ready, checks), status_code=200 if is_ready else 503)


@get("/metrics", **public("read by Prometheus from this machine, or with its own token"))
async def metrics(request: AnyRequest, served: Served) -> Response[bytes]:
    """All metrics in Prometheus' text format."""
    _require_reader(request, served.metrics_token)
    return Response(served.metrics.text(), media_type="text/plain; version=0.0.4")


def _require_reader(request: AnyRequest, token: str) -> None:
    if token:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if hmac.compare_digest(given.encode(), token.encode()):
            return
    elif request.client is None or request.client.host in {"127.0.0.1", "::1", "localhost"}:
        return
    raise Refused(FORBIDDEN, permission="metrics")


@get(
    "/schema/openapi.json", include_in_schema=False, **public("the API's description holds no data")
)
async def schema(description: Description) -> Response[bytes]:
    """The API's description (OpenAPI 3.1)."""
    return Response(await description.body(), media_type="application/json")


ROUTES = (live, ready, metrics, schema)
