"""The other end of the message port, for demos and tests: a gateway that keeps what it was given.

It speaks both protocols over a real socket, drops the second of two messages with one id as real
gateways do, and can be told to fail. Its front page shows what came in.
"""

import asyncio
import contextlib
import hashlib
import hmac
import socket
from html import escape
from typing import Any

import msgspec
import uvicorn

KEY_ID, SECRET = "demo", b"demo-secret"
APP_ID, APP_SECRET, TOKEN = "wx-demo", "wx-secret", "reference-token"
RECEIVED_MAX = 1_000
"""Messages kept: a demo may run for days."""


class Received(msgspec.Struct, frozen=True):
    channel: str
    id: str
    to: str
    text: str


PAGE = """<!doctype html><html lang="zh"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="5">
<title>客户手机短信 · Messages</title><style>
body {{ font: 16px/1.6 "Noto Sans SC", sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem;
color: #17302f; background: #faf8f4 }}
li {{ list-style: none; margin: 0 0 1rem; padding: .75rem 1rem; background: #fff; border-radius: 8px }}
ul {{ padding: 0 }} b {{ display: block; font-variant-numeric: tabular-nums }}
</style><h1>客户手机短信 · Messages</h1><ul>{rows}</ul></html>"""
NOTHING = "<li>还没有短信 · Nothing yet</li>"


def inbox(received: list[Received]) -> str:
    """A page of the messages, the newest first."""
    rows = [
        f"<li><b>{escape(one.to)}</b>{escape(one.text)}</li>" for one in reversed(received[-200:])
    ]
    return PAGE.format(rows="".join(rows) or NOTHING)


class ReferenceGateway:
    """A small ASGI application; ``received`` is what came in, ``failing`` makes it answer 503."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.failing = 0
        """So many of the next requests are answered 503 before anything is taken."""
        self.asked = 0
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None
        self._listening = socket.socket()
        self._listening.bind(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            part = await receive()
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        if (scope["method"], scope["path"]) == ("GET", "/"):
            status, content, kind = 200, inbox(self.received).encode(), b"text/html; charset=utf-8"
        else:
            status, answer = self._answer(scope, body)
            content, kind = msgspec.json.encode(answer), b"application/json"
        headers = [(b"content-type", kind)]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _answer(self, scope: Any, body: bytes) -> tuple[int, object]:
        self.asked += 1
        if self.failing:
            self.failing -= 1
            return 503, {"error": "try again"}
        query, headers = scope["query_string"].decode(), dict(scope["headers"])
        match scope["method"], scope["path"]:
            case "POST", "/v1/messages":
                signature = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
                if headers.get(b"x-signature", b"").decode() != signature:
                    return 401, {"error": "bad signature"}
                given = msgspec.json.decode(body)
                self._take(Received("sms", given["id"], given["to"], given["text"]))
                return 202, {"id": given["id"]}
            case "GET", "/cgi-bin/token":
                good = f"appid={APP_ID}" in query and f"secret={APP_SECRET}" in query
                return 200, (
                    {"access_token": TOKEN, "expires_in": 7200} if good else {"errcode": 40013}
                )
            case "POST", "/cgi-bin/message/template/send":
                if f"access_token={TOKEN}" not in query:
                    return 200, {"errcode": 40001, "errmsg": "invalid credential"}
                given = msgspec.json.decode(body)
                words = given["data"]["thing"]["value"]
                self._take(Received("wechat", given["client_msg_id"], given["touser"], words))
                return 200, {"errcode": 0, "errmsg": "ok", "msgid": len(self.received)}
        return 404, {"error": "unknown"}

    def _take(self, received: Received) -> None:
        if all(one.id != received.id for one in self.received):
            self.received.append(received)
            del self.received[:-RECEIVED_MAX]

    async def start(self) -> None:
        """Take messages at ``base``, a free port of this machine."""
        config = uvicorn.Config(self, log_config=None, lifespan="off")
        self._server = uvicorn.Server(config)
        # Signals are for the server that people started, not for this one beside it.
        self._server.capture_signals = contextlib.nullcontext  # type: ignore[assignment, method-assign]
        self._task = asyncio.create_task(self._server.serve(sockets=[self._listening]))
        while not self._server.started:  # noqa: ASYNC110 - uvicorn tells in no other way
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task
        self._listening.close()
