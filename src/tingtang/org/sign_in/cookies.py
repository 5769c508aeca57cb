"""The cookies that hold sessions: one that all surfaces share, and one for each that wants its own.

One browser may show a kiosk, a counter and a board at once (a demonstration, a branch's spare PC);
each then has its own session. A surface without a cookie of its own uses the shared one.
"""

from collections.abc import Mapping

from litestar.datastructures import Cookie

BASE = "tingtang"
SHARED = frozenset({"", "signin", "portal", "gallery", "api", "enter"})
"""Surfaces (and what may look like one) without a session of their own."""
SURFACE_COOKIES_MAX = 40


class Cookies:
    """Names, makes and reads our cookies. ``__Host-`` and ``Secure`` need HTTPS."""

    def __init__(self, *, is_tls: bool) -> None:
        self._is_tls = is_tls

    def name(self, surface: str) -> str:
        """The name of a surface's cookie."""
        name = BASE if surface in SHARED else f"{BASE}-{surface}"
        return f"__Host-{name}" if self._is_tls else name

    def make(self, surface: str, token: str, lasts_ms: int) -> Cookie:
        """A session's cookie: not for scripts, not for other sites."""
        return self._cookie(self.name(surface), token, lasts_ms // 1000, "strict")

    def clear(self, name: str) -> Cookie:
        """The end of a cookie."""
        return self._cookie(name, "", 0, "strict")

    def make_oidc(self, token: str, lasts_ms: int) -> Cookie:
        """What a sign-in through the bank needs on its way back from the bank's own site."""
        return self._cookie(self.name("oidc"), token, lasts_ms // 1000, "lax")

    def holding(self, cookies: Mapping[str, str], token: str) -> list[str]:
        """The names of our cookies that hold ``token``."""
        prefix = self.name("")
        return [
            name for name, value in cookies.items() if name.startswith(prefix) and value == token
        ]

    def token(self, cookie_header: str, surface: str) -> str:
        """The session token that a surface shall use; "" where it has none."""
        own, shared = self.name(surface), self.name("")
        found = ""
        for part in cookie_header.split(";", SURFACE_COOKIES_MAX)[:SURFACE_COOKIES_MAX]:
            name, _, value = part.strip().partition("=")
            if name == own:
                return value
            if name == shared:
                found = value
        return found

    def _cookie(self, name: str, value: str, max_age: int, same_site: str) -> Cookie:
        return Cookie(
            key=name,
            value=value,
            max_age=max_age,
            path="/",
            secure=self._is_tls,
            httponly=True,
            samesite="lax" if same_site == "lax" else "strict",
        )
