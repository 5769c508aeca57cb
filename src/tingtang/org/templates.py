"""Branch templates and their floor plans, read from the files beside this module."""

from functools import cache
from importlib import resources

import msgspec

from tingtang.kernel.errors import Refused
from tingtang.org.model.plan import FloorPlan
from tingtang.org.model.problems import NO_SUCH_TEMPLATE
from tingtang.org.model.template import Template

FOLDER = resources.files("tingtang.org") / "templates"


@cache
def all_templates() -> dict[str, Template]:
    """Every template by its id. A file that does not fit is a fault of the program: it raises."""
    found = {}
    for entry in sorted(FOLDER.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".toml"):
            template = msgspec.toml.decode(entry.read_bytes(), type=Template)
            found[template.id] = template
    return found


def template(id_: str) -> Template:
    """One template; refused (no_such_template) if there is none of this id."""
    found = all_templates().get(id_)
    if found is None:
        raise Refused(NO_SUCH_TEMPLATE, template=id_)
    return found


@cache
def plan_of(file_name: str) -> FloorPlan | None:
    """A template's floor plan, with keys and signs where a branch's ids will stand."""
    if not file_name:
        return None
    return msgspec.json.decode((FOLDER / file_name).read_bytes(), type=FloorPlan)
