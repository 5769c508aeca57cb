"""How messages leave the house: an SMS gateway over HTTP, and WeChat's template messages.

Both are spoken over a real socket; :mod:`.reference` is the other end for demos and tests.
"""

import hashlib
import hmac
from typing import Protocol

import httpx
import msgspec

from tingtang.messages.model import Channel

SECONDS_MAX = 10.0


class NotDelivered(Exception):  # noqa: N818
    """The gateway did not take the message; ``final`` ones are not worth another attempt."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


class Gateway(Protocol):
    """One way out."""

    channel: Channel

    async def deliver(self, message: str, address: str, template: str, words: str) -> None:
        """Hand ``words`` over for ``address``; the same ``message`` id is taken once.

        Raises :class:`NotDelivered`. A time-out is unknown: the gateway drops the second of two
        with the same id.
        """
        ...

    async def close(self) -> None:
        """Let go of the connections; nothing is delivered any more."""
        ...


class SmsGateway:
    """SMS over HTTP: ``POST /v1/messages`` with JSON, signed with HMAC-SHA256 of the body."""

    channel = Channel.SMS

    def __init__(self, base: str, key_id: str, secret: bytes) -> None:
        self._key_id, self._secret = key_id, secret
        self._client = httpx.AsyncClient(base_url=base, timeout=SECONDS_MAX)

    async def deliver(self, message: str, address: str, template: str, words: str) -> None:
        body = msgspec.json.encode(
            {"id": message, "to": address, "template": template, "text": words}
        )
        headers = {
            "content-type": "application/json",
            "x-key": self._key_id,
            "x-signature": hmac.new(self._secret, body, hashlib.sha256).hexdigest(),
        }
        try:
            answer = await self._client.post("/v1/messages", content=body, headers=headers)
        except httpx.HTTPError as error:
            raise NotDelivered(f"{type(error).__name__}") from error
        if answer.status_code >= 500 or answer.status_code == 429:
            raise NotDelivered(f"HTTP {answer.status_code}")
        if answer.status_code >= 400:
            raise NotDelivered(f"HTTP {answer.status_code}", final=True)

    async def close(self) -> None:
        await self._client.aclose()


TOKEN_EXPIRED = {40001, 40014, 42001}
BUSY = {-1, 45009}


class WeChatGateway:
    """WeChat official-account template messages (``/cgi-bin/token``, ``/message/template/send``)."""

    channel = Channel.WECHAT

    def __init__(self, base: str, app_id: str, secret: str, templates: dict[str, str]) -> None:
        """``templates`` maps our names to the ids that WeChat gave for the approved wording."""
        self._app_id, self._secret, self._templates = app_id, secret, templates
        self._client = httpx.AsyncClient(base_url=base, timeout=SECONDS_MAX)
        self._token = ""

    async def deliver(self, message: str, address: str, template: str, words: str) -> None:
        template_id = self._templates.get(template)
        if template_id is None:
            raise NotDelivered(f"no WeChat template for {template}", final=True)
        body = {
            "touser": address,
            "template_id": template_id,
            "client_msg_id": hashlib.sha256(message.encode()).hexdigest()[:32],
            "data": {"thing": {"value": words}},
        }
        for _ in range(2):
            if not self._token:
                self._token = await self._fetch_token()
            answer = await self._ask(
                "POST", f"/cgi-bin/message/template/send?access_token={self._token}", body
            )
            code = answer.get("errcode", 0)
            if code == 0:
                return
            if code not in TOKEN_EXPIRED:
                raise NotDelivered(f"WeChat {code}", final=code not in BUSY)
            self._token = ""
        raise NotDelivered("WeChat takes no token of ours")

    async def close(self) -> None:
        await self._client.aclose()

    async def _fetch_token(self) -> str:
        query = f"grant_type=client_credential&appid={self._app_id}&secret={self._secret}"
        answer = await self._ask("GET", f"/cgi-bin/token?{query}", None)
        token = answer.get("access_token")
        if not isinstance(token, str):
            raise NotDelivered(f"WeChat {answer.get('errcode')}")
        return token

    async def _ask(self, method: str, path: str, body: object) -> dict[str, object]:
        try:
            answer = await self._client.request(method, path, json=body)
            answer.raise_for_status()
            return msgspec.json.decode(answer.content, type=dict[str, object])
        except (httpx.HTTPError, msgspec.DecodeError) as error:
            raise NotDelivered(type(error).__name__) from error
