"""``paper.read``: what stands on a picture of a paper, proposed to whoever fills in the form."""

import binascii
from base64 import b64decode

from tingtang.ai.service import NO_PICTURE, PaperReader
from tingtang.journeys.actions import Action, Actions, Call, Declined, Done, Result
from tingtang.journeys.papers.model import EXPIRES, NUMBER, UNSURE, Paper, read_paper
from tingtang.kernel.errors import Refused
from tingtang.kernel.text import Text

TYPE_IT = Text(
    "请对照证件手工录入，工作人员会核对照片",
    "Please type what stands on your paper; our staff compare it with the picture",
)
NOTHING_READ = Text(
    "没有认出证件上的内容，请手工录入，或重新拍照",
    "Nothing could be read from the paper; type it in, or take another picture",
)
READ = Text(
    "以下内容由机器识别，可能有误，请逐项与证件核对并改正",
    "A machine read what follows and may be wrong: compare each line with your paper and correct it",
)
DOUBTS = {
    "name_missing": Text("姓名未认出", "the name was not found"),
    "id_number_missing": Text("号码未认出", "the number was not found"),
    "check_digit": Text("号码校验位不符", "the number's check digit does not agree"),
    "birth_date_differs": Text(
        "出生日期与号码不一致", "the date of birth differs from that in the number"
    ),
    "unsure": Text("字迹不清", "some of it is hard to read"),
    "other_kind": Text("证件种类与所选不同", "the paper seems to be of another kind"),
}


class PaperActions:
    """Offers ``paper.read``."""

    def __init__(self, reader: PaperReader) -> None:
        self._reader = reader

    def register(self, actions: Actions) -> None:
        actions.register(
            Action(
                name="paper.read",
                about=Text("识别证件照片", "Read a picture of a paper"),
                perform=self.read,
                has_effect=False,
                inputs={
                    "picture": Text("证件照片", "Picture of the paper"),
                    "kind": Text("证件种类", "Kind of paper"),
                },
                gives={
                    "id_number": Text("证件号码", "Its number"),
                    "name": Text("姓名", "Name"),
                    "birth_date": Text("出生日期", "Date of birth"),
                    "expires": Text("有效期至", "Good until"),
                    "sure": Text("各项把握（百分比）", "How sure of each, in percent"),
                    "doubts": Text("疑点", "What a person should look at"),
                },
            )
        )

    async def read(self, call: Call) -> Result:
        """Refused where nothing was read: the scenario goes on to somebody who types."""
        try:
            picture = b64decode(str(call.inputs.get("picture") or ""), validate=True)
            lines = await self._reader.read(picture)
        except binascii.Error:
            return Declined("unreadable", NOTHING_READ)
        except Refused as refused:
            # Why is for the log; whoever stands there only needs to know what to do.
            is_picture = refused.problem is NO_PICTURE
            return Declined(refused.code, NOTHING_READ if is_picture else TYPE_IT)
        paper = read_paper(lines, str(call.inputs.get("kind") or ""))
        if not paper.fields:
            return Declined("unreadable", NOTHING_READ)
        return Done(told(paper))


def told(paper: Paper) -> dict[str, object]:
    """What scenarios know of it; a number that its check digit speaks against is proposed all the
    same, for a person sees at once which digit it is.
    """
    doubts = [DOUBTS[code] for code in paper.doubts]
    zh, en = READ.zh, READ.en
    if doubts:
        zh += "。请特别留意：" + "、".join(one.zh for one in doubts)
        en += ". Look closely: " + ", ".join(one.en for one in doubts)
    return {
        "id_number": paper.value(NUMBER),
        "name": paper.value("name"),
        "birth_date": paper.value("birth_date"),
        "expires": paper.value(EXPIRES),
        "kind": paper.kind,
        "sure": {name: round(field.sure * 100) for name, field in paper.fields.items()},
        "is_sure": not paper.doubts and all(one.sure >= UNSURE for one in paper.fields.values()),
        "doubts": list(paper.doubts),
        "zh": zh,
        "en": en,
    }
