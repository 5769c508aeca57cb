"""Papers that tests draw: made-up people on plain cards, as a camera or scanner would give them."""

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

FONTS = [
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"),
    Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"),
]
FONT = next((one for one in FONTS if one.exists()), None)
needs_font = pytest.mark.skipif(FONT is None, reason="no font with Chinese characters is installed")
Placed = tuple[int, int, str]
"""Left, top, words."""


def card(
    words: Sequence[Placed],
    *,
    size: tuple[int, int] = (860, 540),
    points: int = 32,
    tilt: float = 0,
) -> bytes:
    """A card with words at these places, as a JPEG; ``tilt`` in degrees."""
    assert FONT is not None
    font = ImageFont.truetype(FONT, points)
    picture = Image.new("RGB", size, (228, 236, 240))
    pen = ImageDraw.Draw(picture)
    for left, top, text in words:
        pen.text((left, top), text, font=font, fill=(24, 24, 30))
    if tilt:
        picture = picture.rotate(tilt, expand=True, fillcolor=(90, 90, 90))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def paper(lines: Sequence[str], *, tilt: float = 0) -> bytes:
    """A card with lines one under another."""
    return card([(40, 50 + 76 * n, text) for n, text in enumerate(lines)], tilt=tilt)
