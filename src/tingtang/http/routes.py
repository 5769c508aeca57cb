"""What routes were declared, and the check that each says who may use it."""

import re
from typing import Any

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from tingtang.kernel.permissions import Permission


class UnguardedRoute(Exception):  # noqa: N818
    """A route names neither a permission nor why it is public; the application does not start."""


class DeclaredRoute(msgspec.Struct, frozen=True):
    """One method of one path."""

    method: str
    path: str
    handler: Any
    options: dict[str, Any]

    @property
    def permission(self) -> Permission | None:
        return self.options.get("permission")

    @property
    def public(self) -> str | None:
        """Why anybody may use it."""
        return self.options.get("public")

    @property
    def is_fast(self) -> bool:
        return bool(self.options.get("fast"))

    @property
    def openapi_path(self) -> str:
        return re.sub(r"\{(\w+):\w+\}", r"{\1}", self.path)


def declared_routes(app: Litestar) -> list[DeclaredRoute]:
    """Every route of the application; the answers to OPTIONS that Litestar adds are left out."""
    found = []
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if not isinstance(handler, HTTPRouteHandler):
                continue
            for method in handler.http_methods:
                if method != "OPTIONS":
                    found.append(DeclaredRoute(str(method), route.path, handler, dict(handler.opt)))
    return found


def check_guarded(routes: list[DeclaredRoute]) -> None:
    """Raise :class:`UnguardedRoute` for the first route that says neither who nor why."""
    for route in routes:
        if route.permission is None and not route.public:
            raise UnguardedRoute(
                f"{route.method} {route.path} needs **permit(Permission...) or **public('why')"
            )
