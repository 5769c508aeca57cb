"""Sends what waits in the webhooks' outbox, one event after another to each receiver."""

import asyncio
from typing import Any

import httpx

from tingtang.hall.model.webhooks import (
    WebhookId,
    signature,
)
from tingtang.hall.webhooks import (
    ANSWER_SECONDS,
    AT_ONCE_MAX,
    BEAT_SECONDS,
    ERROR_LENGTH_MAX,
    Tried,
    Webhooks,
)
from tingtang.kernel.recurring import Recurring


class WebhookSender:
    """Empties the outbox. Receivers that are slow or down hold up nobody but themselves."""

    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks
        self._sending = Recurring("webhook sender", BEAT_SECONDS, self._send_all)
        self._client: httpx.AsyncClient | None = None

    async def start(self) -> None:
        await self._sending.start()

    async def stop(self) -> None:
        await self._sending.stop()
        if self._client is not None:
            await self._client.aclose()

    async def _send_all(self) -> None:
        while await self.send_due():
            pass

    async def send_due(self) -> int:
        """One event to every receiver that is due; gives back how many were delivered."""
        gate = asyncio.Semaphore(AT_ONCE_MAX)

        async def one(row: dict[str, Any]) -> bool:
            async with gate:
                error = await self._send(row)
                await self._webhooks.settle(row, error)
                return not error

        return sum(await asyncio.gather(*map(one, await self._webhooks.due())))

    async def test(self, webhook: WebhookId) -> Tried:
        """Send a receiver a test now, past the outbox: it is neither repeated nor kept."""
        row = await self._webhooks.test_row(webhook)
        began_ms = self._webhooks.now_ms()
        error = await self._send(row)
        return Tried(error[:ERROR_LENGTH_MAX], self._webhooks.now_ms() - began_ms)

    async def _send(self, row: dict[str, Any]) -> str:
        """Deliver; gives back what went wrong, or "" where the receiver said 2xx."""
        if self._client is None:
            # Receivers stand in the bank's own network: no proxy, and nobody sends us elsewhere.
            self._client = httpx.AsyncClient(
                timeout=ANSWER_SECONDS, follow_redirects=False, trust_env=False
            )
        body = row["body"].encode()
        headers = {
            "content-type": "application/json",
            "user-agent": "Tingtang",
            "x-tingtang-delivery": str(row["position"]),
            "x-tingtang-signature": signature(row["secret"], body, self._webhooks.now_s()),
        }
        try:
            async with self._client.stream(
                "POST", row["url"], content=body, headers=headers
            ) as answer:
                return "" if answer.is_success else f"HTTP {answer.status_code}"
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return f"{type(error).__name__}: {error}"
