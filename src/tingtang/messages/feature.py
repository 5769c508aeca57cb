"""The message port as a feature."""

import msgspec

from tingtang.kernel.feature import Feature, Parts
from tingtang.kernel.text import Text
from tingtang.messages import model as m
from tingtang.messages.gateways import Gateway, SmsGateway, WeChatGateway
from tingtang.messages.service import Messages


class MessageOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How messages leave the house; all empty where they wait in the outbox."""

    url: str = ""
    key_id: str = ""
    secret: str = ""
    """Signs what goes to the gateway; for WeChat, the app's secret."""
    wechat_app_id: str = ""
    """Set it to send WeChat template messages instead of SMS."""
    wechat_templates: dict[str, str] = {}
    """The ids that WeChat gave for our templates, by our names."""


def gateway_from(options: MessageOptions) -> Gateway | None:
    """The gateway that the options describe: WeChat if it has an app id, else SMS, else none."""
    if not options.url:
        return None
    if options.wechat_app_id:
        return WeChatGateway(
            options.url, options.wechat_app_id, options.secret, options.wechat_templates
        )
    return SmsGateway(options.url, options.key_id, options.secret.encode())


def wire(parts: Parts) -> None:
    service = Messages(
        parts.log, parts.wall_clock, parts.vault, gateway_from(parts.option(MessageOptions))
    )
    parts.offer("messages", service)
    parts.on_start(service.start)
    parts.on_stop(service.stop)


FEATURE = Feature(
    name="messages",
    about=Text("短信与微信模板消息", "SMS and WeChat template messages"),
    events=m.TYPES,
    wire=wire,
)
