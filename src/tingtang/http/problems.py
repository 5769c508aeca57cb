"""What the web layer itself refuses, and how every failure becomes an answer."""

import logging
import re
import secrets

import msgspec

from tingtang.kernel.errors import BAD_INPUT, Problem, Refused
from tingtang.kernel.text import Text
from tingtang.kernel.web import error_answer

NO_ROUTE = Problem("no_such_route", 404, "没有这个地址", "There is nothing at this address")
NO_METHOD = Problem(
    "method_not_allowed", 405, "此地址不支持该操作", "This address does not take that method"
)
TOO_LARGE = Problem(
    "too_large",
    413,
    "请求内容过大，最多 {bytes} 字节",
    "The request is too large: at most {bytes} bytes",
)
TOO_SLOW = Problem("too_slow", 408, "请求发送超时", "The request took too long to arrive")
TOO_MANY = Problem(
    "too_many_requests",
    429,
    "操作过于频繁，请 {seconds} 秒后再试",
    "Too many requests: try again in {seconds} s",
)
FOREIGN_PAGE = Problem(
    "foreign_page",
    403,
    "请求不是来自本系统的页面",
    "The request does not come from one of our pages",
)
NOT_READY = Problem("not_ready", 503, "系统正在启动或停止", "The system is starting or stopping")
INCIDENT = Problem(
    "incident",
    500,
    "系统内部错误，已记录，编号 {incident}",
    "Something went wrong on our side; it was recorded as {incident}",
)

logger = logging.getLogger(__name__)
_encoder = msgspec.json.Encoder()

JSON_TYPE = (b"content-type", b"application/json")

_WORDS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern), zh, en)
    for pattern, zh, en in (
        (r"Object missing required field `(\w+)`", "缺少字段 {0}", "field {0} is missing"),
        (r"Object contains unknown field `(.+)`", "没有字段 {0}", "there is no field {0}"),
        (r"Invalid enum value (.+)", "{0} 不是可选的值", "{0} is not one of the choices"),
        (r"Expected `(\w+)` (of length .+|[<>]=? .+)", "须为 {0} {1}", "must be {0} {1}"),
        (r"Expected `str` matching regex (.+)", "格式须符合 {0}", "must match {0}"),
        (r"Expected `(.+)`, got `(.+)`", "须为 {0}，收到 {1}", "must be {0}, not {1}"),
        (r"JSON is malformed: .*", "不是有效的 JSON", "is not valid JSON"),
        (r"Input data was truncated", "内容不完整", "ends too early"),
    )
)


def reason_of(message: str) -> Text:
    """A decoder's complaint in words, naming the field; unknown complaints pass as they are."""
    text, _, where = message.partition(" - at ")
    field = where.strip("`").removeprefix("key in ").strip("`").removeprefix("$").lstrip(".")
    for pattern, zh, en in _WORDS:
        if found := pattern.match(text):
            parts = found.groups()
            words = Text(zh.format(*parts), en.format(*parts))
            return Text(f"{field} {words.zh}".strip(), f"{field} {words.en}".strip())
    text = f"{field}: {text}" if field else text
    return Text(text, text)


def bad_input(error: Exception) -> Refused:
    """What was sent is not JSON, or JSON of another shape."""
    return Refused(BAD_INPUT, reason=reason_of(str(error)))


def as_refused(error: Exception) -> Refused:
    """Any exception as a refusal; an unexpected one is logged under a new incident number."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, TimeoutError):
        return Refused(TOO_SLOW)
    incident = secrets.token_hex(4).upper()
    logger.error("incident %s", incident, exc_info=error)
    return Refused(INCIDENT, incident=incident)


def as_json(refused: Refused, language: str) -> bytes:
    """The error body of a refusal."""
    return _encoder.encode(error_answer(refused, language))


def retry_headers(refused: Refused) -> list[tuple[bytes, bytes]]:
    """``Retry-After`` where the refusal knows when to come back."""
    seconds = refused.params.get("seconds")
    return [(b"retry-after", str(seconds).encode())] if isinstance(seconds, int) else []
