"""Words for codes and for formats: each is a text of the catalogue, looked up by language.

`word("status", "operating")["zh"]` is the Chinese for the English text. The context
separates words that are one in English and two in Chinese.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.translations import LANGUAGES, translations


class Word(Mapping[str, str]):
    """A text in every language that Annales speaks."""

    __slots__ = ("_context", "_text")

    def __init__(self, context: str, text: str) -> None:
        self._context, self._text = context, text

    def __getitem__(self, lang: str) -> str:
        """The text in a language. Raises KeyError."""
        if lang not in LANGUAGES:
            raise KeyError(lang)
        return translations(lang).pgettext(self._context, self._text)

    def __iter__(self) -> Iterator[str]:
        return iter(LANGUAGES)

    def __len__(self) -> int:
        return len(LANGUAGES)


def word(context: str, text: str) -> Word:
    """A text as `scripts/translations` finds it: both must be written out where it is called."""
    return Word(context, text)


class Words(dict[str, Word]):
    """The words of a closed list of the chronicle, by its codes."""

    def of(self, code: str | None, lang: str) -> str:
        """A code in words, None being none at all; one that has no words yet goes by itself."""
        said = self.get(code or "")
        return (code or "") if said is None else said[lang]
