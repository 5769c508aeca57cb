"""HTTP of outgoing webhooks: who is told what happens in the halls."""

from typing import Annotated

import msgspec
from litestar import delete, get, post, put

from tingtang.hall.model.webhooks import NAMES, WebhookId
from tingtang.hall.webhook_sender import WebhookSender
from tingtang.hall.webhooks import (
    Delivery,
    NewWebhook,
    Tried,
    Webhook,
    Webhooks,
)
from tingtang.kernel.errors import Refused
from tingtang.kernel.permissions import FORBIDDEN, Actor, Permission
from tingtang.kernel.web import permit

PATH = "/api/webhooks"

Url = Annotated[
    str, msgspec.Meta(max_length=500, examples=["https://channels.bank.example/tingtang"])
]
Events = Annotated[
    list[str], msgspec.Meta(max_length=50, examples=[["ticket.issued", "ticket.called"]])
]


class AddRequest(msgspec.Struct, frozen=True):
    """``branch`` "" hears of all branches; empty ``events`` of everything that is told."""

    url: Url
    branch: str = ""
    events: Events = []


class ChangeRequest(msgspec.Struct, frozen=True):
    url: Url
    events: Events = []
    active: bool = True


class WebhookList(msgspec.Struct, frozen=True):
    """The receivers in reach, and the names of all that can be told."""

    webhooks: list[Webhook]
    events: list[str]


class DeliveryList(msgspec.Struct, frozen=True):
    """Of one receiver, the newest first."""

    deliveries: list[Delivery]


@get(PATH, summary="Who is told", **permit(Permission.RULES_SEE))
async def list_webhooks(webhooks: Webhooks, actor: Actor) -> WebhookList:
    """Receivers with what waits for them. Secrets are never shown again."""
    found = [one for one in await webhooks.all() if _reaches(actor, one.branch)]
    return WebhookList(found, sorted(NAMES))


@post(PATH, summary="Add a receiver", **permit(Permission.RULES_EDIT))
async def add_webhook(data: AddRequest, webhooks: Webhooks, actor: Actor) -> NewWebhook:
    """Events are posted as JSON, signed with HMAC-SHA256, in order, and again until they are taken.

    The header ``X-Tingtang-Signature`` is ``t=<seconds>,v1=<hex>`` over ``<seconds>.<body>``;
    ``X-Tingtang-Delivery`` is the same for every attempt of one event.
    """
    _require(actor, data.branch)
    return await webhooks.add(data.branch, data.url, tuple(data.events), actor)


@put(
    f"{PATH}/{{webhook:str}}",
    summary="Change a receiver",
    status_code=204,
    **permit(Permission.RULES_EDIT),
)
async def change_webhook(
    webhook: str, data: ChangeRequest, webhooks: Webhooks, actor: Actor
) -> None:
    """Where it is, what it hears of, and whether it hears anything."""
    one = WebhookId(webhook)
    _require(actor, (await webhooks.get(one)).branch)
    await webhooks.change(one, data.url, tuple(data.events), data.active, actor)


@post(
    f"{PATH}/{{webhook:str}}/retry",
    summary="Try again now",
    status_code=204,
    **permit(Permission.RULES_EDIT),
)
async def retry_webhook(webhook: str, webhooks: Webhooks, actor: Actor) -> None:
    """All that waits for the receiver, and all that was given up."""
    _require(actor, (await webhooks.get(WebhookId(webhook))).branch)
    await webhooks.retry(WebhookId(webhook))


@get(
    f"{PATH}/{{webhook:str}}/deliveries",
    summary="What became of it",
    **permit(Permission.RULES_SEE),
)
async def list_deliveries(webhook: str, webhooks: Webhooks, actor: Actor) -> DeliveryList:
    """What waits for a receiver, what was given up, and what it lately took."""
    one = WebhookId(webhook)
    if not _reaches(actor, (await webhooks.get(one)).branch):
        raise Refused(FORBIDDEN, permission=Permission.RULES_SEE.value)
    return DeliveryList(await webhooks.deliveries(one))


@post(
    f"{PATH}/{{webhook:str}}/test",
    summary="Send a test",
    status_code=200,
    **permit(Permission.RULES_EDIT),
)
async def test_webhook(
    webhook: str, webhooks: Webhooks, webhook_sender: WebhookSender, actor: Actor
) -> Tried:
    """A signed event called ``test``, sent now and once; says what the receiver answered."""
    one = WebhookId(webhook)
    _require(actor, (await webhooks.get(one)).branch)
    return await webhook_sender.test(one)


@delete(
    f"{PATH}/{{webhook:str}}",
    summary="Remove a receiver",
    status_code=204,
    **permit(Permission.RULES_EDIT),
)
async def remove_webhook(webhook: str, webhooks: Webhooks, actor: Actor) -> None:
    """With everything that waits for it."""
    _require(actor, (await webhooks.get(WebhookId(webhook))).branch)
    await webhooks.remove(WebhookId(webhook), actor)


def _reaches(actor: Actor, branch: str) -> bool:
    return actor.branches is None or (bool(branch) and branch in actor.branches)


def _require(actor: Actor, branch: str) -> None:
    """Who looks after all branches may have all of them told of."""
    if not _reaches(actor, branch):
        raise Refused(FORBIDDEN, permission=Permission.RULES_EDIT.value)


ROUTES = (
    list_webhooks, add_webhook, change_webhook, list_deliveries, test_webhook, retry_webhook,
    remove_webhook,
)  # fmt: skip
