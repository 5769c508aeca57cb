"""Settings sections: each feature registers the shape of its own, so that org need not know it.

A section is a struct with defaults. What a branch has chosen is stored whole, as JSON, under a
rising revision. Where it has chosen nothing its template's values hold, then the bank's own, then
the defaults.
"""

from typing import Any, TypeVar

import msgspec

from tingtang.kernel.errors import BAD_INPUT, Refused
from tingtang.kernel.permissions import Permission
from tingtang.kernel.text import Text
from tingtang.org.model.problems import NO_SUCH_SECTION

S = TypeVar("S", bound=msgspec.Struct)


class Section(msgspec.Struct, frozen=True):
    """One registered section."""

    name: str
    type: type[msgspec.Struct]
    title: Text
    default: msgspec.Struct
    see: Permission
    edit: Permission


class Sections:
    """All registered sections of the application."""

    def __init__(self) -> None:
        self._by_name: dict[str, Section] = {}
        self._by_type: dict[type[msgspec.Struct], Section] = {}

    def register(
        self,
        name: str,
        type_: type[msgspec.Struct],
        title: Text,
        *,
        see: Permission = Permission.RULES_SEE,
        edit: Permission = Permission.RULES_EDIT,
    ) -> None:
        """Offer the section ``name``; every field of ``type_`` must have a default."""
        if name in self._by_name:
            raise ValueError(f"two features register the settings section {name!r}")
        section = Section(name, type_, title, type_(), see, edit)
        self._by_name[name] = self._by_type[type_] = section

    def all(self) -> list[Section]:
        return list(self._by_name.values())

    def named(self, name: str) -> Section:
        """The section ``name``; refused (no_such_section) where nobody registered it."""
        section = self._by_name.get(name)
        if section is None:
            raise Refused(NO_SUCH_SECTION, section=name)
        return section

    def of(self, type_: type[S]) -> Section:
        """The section whose values are ``type_``; ``KeyError`` if it was never registered."""
        return self._by_type[type_]

    def schema(self, name: str) -> dict[str, Any]:
        """The section's JSON Schema, from which a form can be drawn."""
        return msgspec.json.schema(self.named(name).type)

    def convert(self, name: str, values: Any) -> msgspec.Struct:
        """``values`` (JSON data) as the section's struct; refused (bad_input), naming the field.

        Unknown fields are refused too: a mistyped name must not silently mean the default.
        """
        section = self.named(name)
        try:
            converted = msgspec.convert(values, section.type)
        except (msgspec.ValidationError, ValueError) as error:
            raise Refused(BAD_INPUT, reason=f"{name}: {error}") from None
        unknown = _unknown(values, msgspec.to_builtins(converted))
        if unknown:
            raise Refused(
                BAD_INPUT, reason=Text(f"没有字段 {unknown}", f"there is no field {unknown}")
            )
        return converted


def _unknown(given: Any, known: Any, where: str = "") -> str:
    """The path of the first field of ``given`` that ``known`` does not have; "" if none."""
    if isinstance(given, dict) and isinstance(known, dict):
        for name, value in given.items():
            path = f"{where}.{name}" if where else str(name)
            if name not in known:
                return path
            if found := _unknown(value, known[name], path):
                return found
    if isinstance(given, list | tuple) and isinstance(known, list | tuple):
        for index, (value, other) in enumerate(zip(given, known, strict=False)):
            if found := _unknown(value, other, f"{where}[{index}]"):
                return found
    return ""
