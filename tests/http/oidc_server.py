"""A small OpenID Connect provider on a real port: code flow, PKCE, signed id tokens."""

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey


class Provider:
    """Signs in whoever ``person`` says; ``tampering`` changes the claims before they are signed."""

    def __init__(self, client_id: str, client_secret: str, now_s: int) -> None:
        self.client_id = client_id
        self.client_secret = client_secret
        self.now_s = now_s
        self.port = 0
        self.person: dict[str, Any] = {}
        self.tampering: dict[str, Any] = {}
        self.key = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})
        self.signing_key = self.key
        self._codes: dict[str, dict[str, str]] = {}

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        path, query = scope["path"], parse_qs(scope["query_string"].decode())
        if path == "/.well-known/openid-configuration":
            await _json(send, {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            })  # fmt: skip
        elif path == "/keys":
            await _json(send, {"keys": [self.key.as_dict(private=False)]})
        elif path == "/authorize":
            asked = {name: values[0] for name, values in query.items()}
            assert asked["response_type"] == "code"
            assert asked["client_id"] == self.client_id
            assert asked["code_challenge_method"] == "S256"
            code = secrets.token_urlsafe(12)
            self._codes[code] = asked
            back = f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
            await _send(send, 302, b"", [(b"location", back.encode())])
        elif path == "/token":
            body = (await receive())["body"]
            await self._token(dict(scope["headers"]), parse_qs(body.decode()), send)
        else:
            await _send(send, 404, b"", [])

    async def _token(
        self, headers: dict[bytes, bytes], form: dict[str, list[str]], send: Any
    ) -> None:
        expected = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode())
        asked = self._codes.pop(form["code"][0], None)
        digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            headers.get(b"authorization") != b"Basic " + expected
            or asked is None
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != form["redirect_uri"][0]
        ):
            await _json(send, {"error": "invalid_grant"}, 400)
            return
        claims = {
            "iss": self.issuer,
            "aud": self.client_id,
            "sub": "someone",
            "nonce": asked["nonce"],
            "iat": self.now_s,
            "exp": self.now_s + 300,
            **self.person,
            **self.tampering,
        }
        token = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.signing_key)
        await _json(send, {"access_token": "x", "token_type": "Bearer", "id_token": token})


async def _json(send: Any, content: Any, status: int = 200) -> None:
    body = json.dumps(content).encode()
    await _send(send, status, body, [(b"content-type", b"application/json")])


async def _send(send: Any, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def providing(now_s: int) -> AsyncIterator[Provider]:
    """A provider, listening."""
    provider = Provider("tingtang", "shared-secret", now_s)
    config = uvicorn.Config(provider, port=0, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    provider.port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield provider
    finally:
        server.should_exit = True
        await task
