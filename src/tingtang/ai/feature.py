"""The engines as a feature: speech for announcements; papers and faces for later features."""

from typing import Annotated, Literal

from litestar import Response, get
from litestar.params import Parameter

from tingtang.ai.service import PictureEngines
from tingtang.ai.speech import Speech, find_voice
from tingtang.kernel.feature import Feature, Parts
from tingtang.kernel.permissions import Permission
from tingtang.kernel.text import Text
from tingtang.kernel.web import permit

TEXT_MAX = 200


@get("/api/speech", summary="Speak a phrase", **permit(Permission.GUIDE_SEE))
async def speak(
    speech: Speech,
    text: Annotated[str, Parameter(min_length=1, max_length=TEXT_MAX)],
    lang: Literal["zh", "en"] = "zh",
) -> Response[bytes]:
    """A WAV file of the phrase, marked as spoken by a machine. Refused (no_voice) where no engine is
    installed: the browser's own voice then speaks."""
    sound = await speech.say(text, lang)
    return Response(
        sound, media_type="audio/wav", headers={"cache-control": "private, max-age=86400"}
    )


def wire(parts: Parts) -> None:
    parts.offer("speech", Speech(find_voice()))
    pictures = PictureEngines()
    parts.offer("picture_engines", pictures)
    parts.on_stop(pictures.stop)


FEATURE = Feature(
    name="ai",
    about=Text("语音播报、证件识别、人脸比对", "Speech, reading papers, comparing faces"),
    routes=(speak,),
    wire=wire,
)
