"""Words for people, in the two languages every surface speaks."""

import msgspec


class Text(msgspec.Struct, frozen=True):
    """A name or sentence in Chinese and English; English falls back to Chinese."""

    zh: str
    en: str = ""

    def in_language(self, language: str) -> str:
        """The words for ``language`` ("zh", "en", "en-GB", ...); anything unknown reads Chinese."""
        return self.en if language.startswith("en") and self.en else self.zh
