"""Security headers, the page a request comes from, and who may call us from where."""

from tingtang.http.problems import FOREIGN_PAGE
from tingtang.kernel.errors import Refused

Header = tuple[bytes, bytes]
Headers = dict[bytes, bytes]

PAGE_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # components set style attributes
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' data: blob:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
DEVICES = (
    "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=()"
)
GETS_ONLY = frozenset({b"content-security-policy", b"cache-control"})
"""Not for answers to hot commands: nothing keeps the answer of a POST unless told to, nothing but a
page of ours can have sent it, and each header costs as much as checking the caller."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def security_headers(*, is_page: bool, is_tls: bool) -> list[Header]:
    """The headers that every page, or every answer of the API, carries."""
    headers = [
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", (PAGE_POLICY if is_page else API_POLICY).encode()),
    ]
    if is_page:
        headers += [
            (b"referrer-policy", b"same-origin"),
            (b"permissions-policy", DEVICES.encode()),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"x-frame-options", b"SAMEORIGIN"),
        ]
    else:
        headers.append((b"cache-control", b"no-store"))
    if is_tls:
        headers.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))
    return headers


def require_own_page(headers: Headers, origins: frozenset[bytes], *, needs_mark: bool) -> None:
    """Refuse what another site's page may have sent with our cookies (cross-site forgery).

    A browser adds ``X-Tingtang`` only for scripts of our own origin, because we answer no
    preflight; ``Origin`` and ``Sec-Fetch-Site``, where the browser sends them, must agree.
    """
    if needs_mark and headers.get(b"x-tingtang") != b"1":
        raise Refused(FOREIGN_PAGE)
    if headers.get(b"sec-fetch-site", b"same-origin") not in {b"same-origin", b"none"}:
        raise Refused(FOREIGN_PAGE)
    origin = headers.get(b"origin")
    if origin is None or origin in origins:
        return
    if origin.partition(b"://")[2] != headers.get(b"host", b""):
        raise Refused(FOREIGN_PAGE)


def surface_of(headers: Headers, query: bytes = b"") -> str:
    """Which of our surfaces is asking ("kiosk", "counter", ...), or "" if it does not say.

    One browser may hold a kiosk, a counter and a board at once, each with its own session; the
    surface only chooses among the cookies that the browser has. It is named by the header
    ``X-Tingtang-Surface``, by ``?surface=`` (a WebSocket cannot send headers), or else by the
    page's own path in ``Referer``.
    """
    named = headers.get(b"x-tingtang-surface")
    if named is None and b"surface=" in query:
        named = query.partition(b"surface=")[2].partition(b"&")[0]
    if named is None:
        referer = headers.get(b"referer", b"").split(b"/", 4)
        named = referer[3].partition(b"?")[0].partition(b"#")[0] if len(referer) > 3 else b""
    text = named[:24].decode("ascii", "replace")
    return text if text.replace("-", "").isalnum() and text.isascii() else ""
