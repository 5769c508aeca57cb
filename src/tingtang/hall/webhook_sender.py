"""Sends what waits in the webhooks' outbox, one event after another to each receiver."""

import asyncio
import logging
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

logger = logging.getLogger(__name__)


class WebhookSender:
    """Empties the outbox. Receivers that are slow or down hold up nobody but themselves."""

    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks
        self._task: asyncio.Task[None] | None = None
        self._client: httpx.AsyncClient | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="webhook-sender")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                while await self.send_due():
                    pass
            except Exception:
                logger.exception("webhooks could not be sent; they wait")

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
