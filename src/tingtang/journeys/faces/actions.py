"""``face.consent`` and ``face.compare``.

What is seen of a face (C3) is in memory for one comparison: neither pictures nor what an engine makes
of them are written anywhere. What is kept is the consent, and how near the two were.
"""

import binascii
from base64 import b64decode
from typing import Any

from tingtang.ai.model.faces import Outcome, compared
from tingtang.ai.service import FaceFinder
from tingtang.customers.model import Purpose
from tingtang.customers.service import CustomerService
from tingtang.journeys.actions import Action, Actions, Call, Declined, Done, Result
from tingtang.journeys.faces.model import may_skip_person, words
from tingtang.journeys.faces.settings import FaceSettings
from tingtang.kernel.errors import Refused
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory

OFF = Text("本网点未启用机器比对，由工作人员核实", "Faces are not compared by machine here")
NO_CONSENT = Text(
    "没有本次业务的人脸比对同意，由工作人员核实",
    "There is no consent to comparing faces for this business; a person looks instead",
)
NO_PICTURE = Text(
    "缺少现场照片或证件照片，由工作人员核实", "A picture is missing; a person looks instead"
)
NOT_KNOWN = Text(
    "客户尚未登记，无法记录同意，由工作人员核实",
    "The customer is not on record, so consent cannot be kept; a person looks instead",
)


class FaceActions:
    """Offers both to scenarios."""

    def __init__(
        self, finder: FaceFinder, customers: CustomerService, directory: Directory
    ) -> None:
        self._finder = finder
        self._customers = customers
        self._directory = directory

    def register(self, actions: Actions) -> None:
        actions.register(
            Action(
                name="face.consent",
                about=Text("记录人脸比对同意", "Keep the consent to comparing faces"),
                perform=self.consent,
                has_effect=False,
                inputs={"given": Text("是否同意", "Whether it is given")},
                gives={"given": Text("是否同意", "Whether it is given")},
            ),
            Action(
                name="face.compare",
                about=Text("人脸比对（参考）", "Compare two faces, as a reference"),
                perform=self.compare,
                has_effect=False,
                inputs={
                    "live": Text("现场照片", "Live picture"),
                    "paper": Text("证件照片", "Picture of the paper"),
                    "is_chip": Text("证件芯片已读取", "The paper's chip was read"),
                    "is_registered": Text("联网核查一致", "The register knows number and name"),
                    "is_minor": Text("未成年人", "A minor"),
                    "risks": Text("已有疑点", "What is in doubt already"),
                },
                gives={
                    "outcome": Text("结果", "Outcome"),
                    "distance": Text("距离", "Distance"),
                    "is_near": Text("低于阈值", "Below the threshold"),
                    "may_skip": Text("按规定可免人工比对", "Policy lets nobody compare as well"),
                },
            ),
        )

    async def consent(self, call: Call) -> Result:
        """Given for this journey and no other; choosing another way takes it back."""
        if call.customer is None:
            return Declined("not_known", NOT_KNOWN)
        given = call.inputs.get("given") is True
        if given != await self._agreed(call):
            await self._customers.record_consent(
                call.customer, Purpose.VERIFY_FACE, given=given, how=_how(call),
                branch=call.branch, actor=SYSTEM,
            )  # fmt: skip
        return Done({"given": given})

    async def compare(self, call: Call) -> Result:
        """Refused with words wherever a person has to look instead; the scenario goes on to one."""
        settings = self._directory.section(call.branch, FaceSettings)
        if not settings.is_on:
            return Declined("face_off", OFF)
        if not await self._agreed(call):
            return Declined("no_consent", NO_CONSENT)
        live, paper = (_picture(call.inputs.get(name)) for name in ("live", "paper"))
        if not live or not paper:
            return Declined("no_picture", NO_PICTURE)
        try:
            before, shown = await self._finder.faces(live), await self._finder.faces(paper)
        except Refused as refused:
            # It is but a look: without the engine a person looks instead.
            return Declined(refused.code, Text(refused.message("zh"), refused.message("en")))
        found = compared(before, shown, settings.threshold)
        told = words(found, settings.threshold)
        return Done(
            {
                "outcome": found.outcome.value,
                "distance": found.distance,
                "threshold": settings.threshold,
                "is_near": found.outcome is Outcome.NEAR,
                "may_skip": may_skip_person(
                    settings, call.scenario, found,
                    is_chip=call.inputs.get("is_chip") is True,
                    is_registered=call.inputs.get("is_registered") is True,
                    has_risks=bool(call.inputs.get("risks")),
                    is_minor=call.inputs.get("is_minor") is not False,
                ),
                "zh": told.zh,
                "en": told.en,
            }
        )  # fmt: skip

    async def _agreed(self, call: Call) -> bool:
        """Whether the newest word on it is a yes that was given in this very journey."""
        if call.customer is None:
            return False
        history = await self._customers.consent_history(call.customer)
        mine = [one for one in history if one.purpose is Purpose.VERIFY_FACE]
        return bool(mine) and mine[-1].given and mine[-1].how == _how(call)


def _how(call: Call) -> str:
    return f"journey/{call.journey}"


def _picture(given: Any) -> bytes:
    try:
        return b64decode(str(given or ""), validate=True)
    except binascii.Error:
        return b""
