"""The action ``centre.work``: a step of a scenario that the operations centre does.

It stands in the same queue as requests for a yes, with the same claims, time-outs and people who may
not do two things of one business; only that whoever takes it fills in the step's own form.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from tingtang.journeys.actions import Action, Actions, Call, Declined, Later, Result
from tingtang.journeys.authorisation import model as m
from tingtang.journeys.authorisation.evidence import Evidence, Sheet, evidence_of
from tingtang.journeys.authorisation.policy import Mode
from tingtang.journeys.authorisation.service import Authorisations
from tingtang.journeys.authorisation.work import CentreSettings, kind_of
from tingtang.journeys.model.answers import checked
from tingtang.journeys.model.scenario import ScreenSpec
from tingtang.journeys.model.screens import Screen, screen
from tingtang.journeys.service import JourneyService
from tingtang.journeys.store import Open, step_of
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import JourneyId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory

NO_KIND = Text("流程没有写明作业种类", "The scenario does not say which kind of work it is")


class CentreWork:
    """Asks for work, and takes what was entered."""

    def __init__(
        self, authorisations: Authorisations, directory: Directory, journeys: JourneyService
    ) -> None:
        self._authorisations = authorisations
        self._directory = directory
        self._journeys = journeys

    def register(self, actions: Actions) -> None:
        """Offer it to scenarios."""
        actions.register(
            Action(
                name="centre.work",
                about=Text("集中作业中心处理", "Work for the operations centre"),
                perform=self.perform,
                withdraw=self._authorisations.withdraw,
                inputs={
                    "kind": Text("作业种类", "Kind of work"),
                    "evidence": Text("供作业人员查看的内容", "What whoever does it is shown"),
                },
                gives={
                    "approved_by": Text("作业人、复核人", "Who did it, and who checked"),
                    "authorisation": Text("作业编号", "Its number"),
                    "...": Text("本步骤各字段", "The fields of the step's own form"),
                },
            )
        )

    async def perform(self, call: Call) -> Result:
        """Into the queue; the journey goes on when it is done, or handed back with a reason."""
        if (await self._authorisations.state(call.trace)).asked is not None:  # asked again
            await self._authorisations.tell(call.trace)
            return Later()
        code = str(call.inputs.get("kind") or "")
        if not code:
            return Declined("bad_input", NO_KIND)
        kind = kind_of(self._directory.section(call.branch, CentreSettings), code)
        shown = [evidence_of(one) for one in call.inputs.get("evidence") or ()]
        event = m.AuthorisationAsked(
            journey=call.journey, trace=call.trace, scenario=call.scenario, mode=Mode.WORK,
            people=kind.people, priority=kind.priority, work=code,
            involved=await self._authorisations.involved(call.journey),
            evidence=tuple(one.label.zh for one in shown),
            rule=kind.name.zh, rule_en=kind.name.en or kind.name.zh,
        )  # fmt: skip
        spec = _form_of(await self._opened(call.journey), call.step)
        form = screen(call.step, spec, call.known) if spec is not None and spec.fields else None
        return await self._authorisations.ask(call, event, Sheet(shown, form))

    async def sheet(self, authorisation: str, actor: Actor) -> Sheet:
        """What whoever took it sees: its form, or, where they check, what the first has entered."""
        sheet = await self._authorisations.sheet(authorisation, actor)
        is_check = bool((await self._authorisations.state(authorisation)).yes)
        if sheet.form is None or sheet.answers is None or not is_check:
            return sheet
        return Sheet([*sheet.shown, *_lines(sheet.form, sheet.answers)])

    async def give(
        self,
        authorisation: str,
        values: Mapping[str, Any],
        actor: Actor,
        key: Key | None = None,
    ) -> None:
        """A yes, or work that is done; refused (field_wrong) where its form is not filled in."""
        filled: Sheet | None = None
        state = await self._authorisations.state(authorisation)
        if state.work and state.asked is not None and not state.yes:
            sheet = await self._authorisations.sheet(authorisation, actor)
            opened = await self._opened(state.asked.journey)
            spec = None if sheet.form is None else _form_of(opened, sheet.form.step)
            if spec is not None and sheet.form is not None:
                answers = checked(spec, opened.stands.known(sheet.form.step), values)
                filled = msgspec.structs.replace(sheet, answers=answers)
        await self._authorisations.give(authorisation, actor, key=key, filled=filled)

    async def _opened(self, journey: JourneyId) -> Open:
        opened = await self._journeys.store.get(journey)
        if opened.run is None:
            raise Refused(m.OVER)
        return opened


def _form_of(opened: Open, key: str) -> ScreenSpec | None:
    """The step's own screen: its fields are the form."""
    return None if opened.run is None else step_of(opened.run, key).screen


def _lines(form: Screen, answers: Mapping[str, Any]) -> list[Evidence]:
    """What was entered, by the labels of the form; a choice in its own words."""
    found = []
    for field in form.fields:
        value = answers.get(field.name)
        named = next((x.label for x in field.options if x.value == value), None)
        if isinstance(value, bool):
            named = Text("是", "Yes") if value else Text("否", "No")
        if value is not None:
            found.append(Evidence(field.label, named or Text(str(value), str(value))))
    return found
