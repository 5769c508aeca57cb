"""Founds branches from templates: one transaction for everything a branch has on its first day."""

from collections.abc import Callable

from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import Actor
from tingtang.org import changes as c
from tingtang.org.model import events as e
from tingtang.org.model.plan import check_plan
from tingtang.org.model.records import Branch
from tingtang.org.model.template import Made, Template, make_branch
from tingtang.org.plans import plan_change
from tingtang.org.structure import OrgService
from tingtang.org.templates import plan_of, template


class Founding:
    """Makes branches."""

    def __init__(self, org: OrgService) -> None:
        self._org = org

    async def found(
        self, branch: Branch, actor: Actor, new_id: Callable[[str], str] | None = None
    ) -> Made:
        """Create ``branch`` after its template.

        ``new_id(key)`` gives the ids of its zones ("zone.waiting") and counters ("counter.01"),
        where they are to be known beforehand.
        """
        made = self.prepare(template(branch.template), branch, new_id)
        changes = [
            *(c.save_zone(zone) for zone in made.zones),
            *(c.save_counter(counter) for counter in made.counters),
            c.save_staffing_plan(made.staffing),
            c.Change(e.TemplateApplied(branch=branch.id, template=branch.template)),
        ]
        if made.plan is not None:
            changes.append(plan_change(branch.id, made.plan))
        await self._org.found_branch(made.branch, changes, actor)
        return made

    def prepare(
        self,
        template_: Template,
        branch: Branch,
        new_id: Callable[[str], str] | None = None,
    ) -> Made:
        """The records without writing them; refused where template and catalogue do not fit."""
        directory = self._org.directory
        codes = {service.code: service.id for service in directory.services()}
        make_id = new_id or (lambda _key: self._org.new_id())
        made = make_branch(template_, branch, codes, make_id, plan_of(template_.plan))
        if made.plan is not None:
            zones = {str(zone.id): zone.floor for zone in made.zones}
            check_plan(made.plan, zones, frozenset(str(counter.id) for counter in made.counters))
        return made


def readable_ids(branch: str) -> Callable[[str], str]:
    """Ids that say what they are ("east.counter.01"): for the demo and for tests."""
    return lambda key: f"{BranchId(branch)}.{key}"
