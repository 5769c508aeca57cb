"""The message port as a feature."""

from tingtang.kernel.feature import Feature, Parts
from tingtang.kernel.text import Text
from tingtang.messages import model as m
from tingtang.messages.gateways import Gateway, SmsGateway, WeChatGateway
from tingtang.messages.service import Messages


def gateway_from(options: object) -> Gateway | None:
    """The gateway that the settings describe: WeChat if it has an app id, else SMS, else none."""
    base = getattr(options, "message_url", "")
    if not base:
        return None
    app_id = getattr(options, "wechat_app_id", "")
    secret = getattr(options, "message_secret", "")
    if app_id:
        return WeChatGateway(base, app_id, secret, getattr(options, "wechat_templates", {}))
    return SmsGateway(base, getattr(options, "message_key_id", ""), secret.encode())


def wire(parts: Parts) -> None:
    service = Messages(parts.log, parts.wall_clock, parts.vault, gateway_from(parts.options))
    parts.offer("messages", service)
    parts.on_start(service.start)
    parts.on_stop(service.stop)


FEATURE = Feature(
    name="messages",
    about=Text("短信与微信模板消息", "SMS and WeChat template messages"),
    events=m.TYPES,
    wire=wire,
)
