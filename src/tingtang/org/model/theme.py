"""A theme pack as a style sheet (R012): variables only, so that it can colour but not script."""

import re

from tingtang.kernel.errors import Refused
from tingtang.org.model.problems import BAD_THEME
from tingtang.org.model.records import Theme

VARIABLES_MAX = 200
NAME = re.compile(r"^--[a-z][a-z0-9-]{0,60}$")
VALUE = re.compile(
    r"^(?!.*(?:url|expression|image|import)\s*\()[A-Za-z0-9#%.,()/\s\"'_-]{1,200}$", re.I
)
"""Colours, lengths, font names, simple functions; no address is ever fetched from a theme."""


def check_theme(theme: Theme) -> None:
    """Refuse (bad_theme) a variable whose name or value could be more than a value."""
    for variables in (theme.variables, theme.dark):
        if len(variables) > VARIABLES_MAX:
            raise Refused(BAD_THEME, name=f"#{VARIABLES_MAX}")
        for name, value in variables.items():
            if not NAME.match(name) or not VALUE.match(value):
                raise Refused(BAD_THEME, name=name)


COLOUR = re.compile(r"^\s*(?:#|rgb|hsl|hwb|lab|lch|oklab|oklch|color)", re.I)
LIGHT = ':root:not([data-theme="dark"], [data-contrast="high"])'
DARK = ':root[data-theme="dark"]:not([data-contrast="high"])'
"""High contrast keeps its own colours: it is there for those who cannot read the bank's."""


def as_css(theme: Theme) -> str:
    """The theme's style sheet; it wins over the built-in tokens because it comes after them.

    Colours hold on light screens only, where dark ones have their own; everything else on all.
    """
    colours = {name: value for name, value in theme.variables.items() if COLOUR.match(value)}
    others = {name: value for name, value in theme.variables.items() if name not in colours}
    return _block(":root", others) + _block(LIGHT, colours) + _block(DARK, theme.dark)


def _block(selector: str, variables: dict[str, str]) -> str:
    if not variables:
        return ""
    lines = "".join(f"  {name}: {value};\n" for name, value in sorted(variables.items()))
    return f"{selector} {{\n{lines}}}\n"
