"""Refusals: what a caller is told when something cannot be done.

A :class:`Problem` is declared once, beside the rule it guards, with its words in both languages.
Raising :class:`Refused` with it is the only way in which the core says no.
"""

from typing import Any

import msgspec

from tingtang.kernel.text import Text


class Problem(msgspec.Struct, frozen=True):
    """A kind of refusal: a stable ``code``, its HTTP ``status`` and words with ``{named}`` gaps."""

    code: str
    status: int
    zh: str
    en: str

    @property
    def words(self) -> Text:
        return Text(self.zh, self.en)


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """Something was asked for that cannot be done; nothing was changed."""

    def __init__(self, problem: Problem, **params: Any) -> None:
        self.problem = problem
        self.params = params
        super().__init__(self.message("en"))

    @property
    def code(self) -> str:
        return self.problem.code

    def message(self, language: str) -> str:
        """The refusal in ``language``, with its gaps filled; a gap may hold a :class:`Text`."""
        words = {
            name: value.in_language(language) if isinstance(value, Text) else value
            for name, value in self.params.items()
        }
        return self.problem.words.in_language(language).format(**words)


class Trouble(Exception):  # noqa: N818
    """Something that whoever runs the system must see to, in words of both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.words = Text(zh, en)
        super().__init__(en)


BAD_INPUT = Problem("bad_input", 400, "请求有误：{reason}", "The request is not valid: {reason}")
NOT_FOUND = Problem("not_found", 404, "找不到{what}", "{what} was not found")
BUSY = Problem(
    "busy", 503, "系统繁忙，请稍后重试；本次操作未生效", "Too busy: nothing was changed, try again"
)
STORAGE_FAILED = Problem(
    "storage_failed",
    507,
    "数据未能写入磁盘，本次操作未生效；请联系系统管理员（{reason}）",
    "Nothing was changed because it could not be written to disk; call the system administrator ({reason})",
)
KEY_REUSED = Problem(
    "key_reused",
    422,
    "该幂等键已用于另一个请求，请换一个键",
    "This idempotency key was used for a different request; use a new key",
)
OUTCOME_UNKNOWN = Problem(
    "outcome_unknown",
    503,
    "数据库在写入时失去联系，本次操作可能已生效，也可能未生效；请先查询再决定是否重试",
    "The database went away while writing: it is not known whether this took effect; look before trying again",
)
