"""The built web pages: each surface's own page for its paths, and the files they load."""

import asyncio
import hashlib
import mimetypes
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tingtang.http.headers import Header, Headers
from tingtang.http.problems import NO_METHOD, NO_ROUTE
from tingtang.kernel.errors import Refused

Send = Callable[[dict[str, Any]], Awaitable[None]]

HASHED_FOREVER = b"public, max-age=31536000, immutable"
"""For /assets: their names carry the hash of their content."""
ASK_EACH_TIME = b"no-cache"
RESCAN_SECONDS = 1.0
KEPT_BYTES_MAX = 32_000_000
"""Files held in memory; more are read from disk each time."""
ENCODINGS = ((b"br", ".br"), (b"gzip", ".gz"))
TYPES = {
    ".js": "text/javascript",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}

NOT_BUILT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>Tingtang 厅堂</title>
<h1>厅堂正在运行</h1><p>网页尚未构建：请运行 <code>scripts/setup web</code>，然后重新启动。</p>
<p>The server is running, but its web pages have not been built: run
<code>scripts/setup web</code> and start it again.</p></html>
"""


def static_folder() -> Path | None:
    """Where the built pages are: in the package, or in a checkout's ``web/dist``."""
    here = Path(__file__).parent
    for folder in (here / "static", here.parents[2] / "web" / "dist"):
        if folder.is_dir():
            return folder
    return None


class StaticPages:
    """Serves one folder of built pages; only files that were in it when it was scanned."""

    def __init__(self, folder: Path | None, headers: list[Header]) -> None:
        self._folder = folder
        self._headers = headers
        self._files: dict[str, Path] = {}
        self._kept: dict[Path, tuple[float, bytes, bytes]] = {}
        self._kept_bytes = 0
        self._scanned = float("-inf")

    def surfaces(self) -> list[str]:
        """The surfaces that have a page of their own."""
        self._scan()
        return sorted(
            path.split("/")[1]
            for path in self._files
            if path.count("/") == 2 and path.endswith("/index.html")
        )

    def _scan(self) -> None:
        now = time.monotonic()
        if self._folder is None or now - self._scanned < RESCAN_SECONDS:
            return
        self._scanned = now
        self._files = {
            "/" + path.relative_to(self._folder).as_posix(): path
            for path in self._folder.rglob("*")
            if path.is_file() and not path.name.startswith(".")
        }

    def _resolve(self, path: str) -> str | None:
        if path in self._files:
            return path
        first = path.split("/")[1] or "portal"
        page = f"/{first}/index.html"
        if page in self._files and "." not in path.rpartition("/")[2]:
            return page
        return None

    async def __call__(self, method: str, path: str, headers: Headers, send: Send) -> int:
        """Answer with a file or a surface's page; gives back the status."""
        if method not in {"GET", "HEAD"}:
            raise Refused(NO_METHOD)
        found = self._resolve(path)
        if found is None:
            self._scan()
            found = self._resolve(path)
        if found is None:
            if not self._files and "." not in path:
                await self._send(send, method, 503, NOT_BUILT.encode(), [*self._headers, _HTML])
                return 503
            raise Refused(NO_ROUTE)
        file, encoding = self._encoded(found, headers.get(b"accept-encoding", b""))
        content, tag = await self._read(file)
        is_hashed = found.startswith("/assets/")
        answer: list[Header] = [
            *self._headers,
            (b"content-type", _type_of(found).encode()),
            (b"cache-control", HASHED_FOREVER if is_hashed else ASK_EACH_TIME),
            (b"etag", tag),
            (b"vary", b"accept-encoding"),
        ]
        if found == "/sw.js":
            answer.append((b"service-worker-allowed", b"/"))
        if encoding:
            answer.append((b"content-encoding", encoding))
        status = 200
        if headers.get(b"if-none-match") == tag:
            status, content = 304, b""
        await self._send(send, method, status, content, answer)
        return status

    def _encoded(self, path: str, accepts: bytes) -> tuple[Path, bytes]:
        for encoding, suffix in ENCODINGS:
            if encoding in accepts and path + suffix in self._files:
                return self._files[path + suffix], encoding
        return self._files[path], b""

    async def _read(self, file: Path) -> tuple[bytes, bytes]:
        try:
            changed = os.stat(file).st_mtime  # noqa: PTH116 - a microsecond; a thread costs more
            kept = self._kept.get(file)
            if kept is not None and kept[0] == changed:
                return kept[1], kept[2]
            content = await asyncio.to_thread(file.read_bytes)
        except OSError:
            self._scanned = float("-inf")
            raise Refused(NO_ROUTE) from None
        tag = b'"%s"' % hashlib.sha256(content).hexdigest()[:20].encode()
        if self._kept_bytes + len(content) <= KEPT_BYTES_MAX:
            self._kept_bytes += len(content)
            self._kept[file] = (changed, content, tag)
        return content, tag

    @staticmethod
    async def _send(
        send: Send, method: str, status: int, content: bytes, headers: list[Header]
    ) -> None:
        headers = [*headers, (b"content-length", b"%d" % len(content))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else content})


_HTML = (b"content-type", b"text/html; charset=utf-8")


def _type_of(path: str) -> str:
    suffix = path[path.rfind(".") :]
    kind = TYPES.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
