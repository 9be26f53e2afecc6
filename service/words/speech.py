"""The texts of the pages, in the language of the reader."""

from __future__ import annotations

from dataclasses import dataclass

from events.dates import Language
from service.translations import translations


@dataclass(frozen=True, slots=True)
class Speech:
    """Says a text of the catalogue, its `%(slots)s` filled."""

    lang: Language

    def __call__(self, text: str, **slots: object) -> str:
        """A text."""
        said = str(translations(self.lang).gettext(text))
        return said % slots if slots else said

    def n(self, one: str, many: str, number: int, **slots: object) -> str:
        """A text in the form that goes with a number, which is `%(num)s` in it."""
        said = str(translations(self.lang).ngettext(one, many, number))
        return said % {"num": number, **slots}
