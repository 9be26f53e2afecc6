"""Where the reader is: a path, and the clocks, filters and language that its URL names.

Every link from page to page is made here, so that a reader of the world of 2016 stays in it.
What the URL leaves to a default stays a default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from service.asking.filters import PINS
from service.asking.page_path import page_path
from service.asking.query import located

CARRIED = ("at", "during", "stated", "known", "lang")
"""The parameters that go along from page to page."""

PART = ("country", "region", "field", "class")
"""The parameters that go along to pages of a part of the world."""

TAKES = {
    "/": ("at", "stated", "known", "lang"),
    "/state": (*CARRIED, *PART),
    "/slips": ("stated", "known", "lang", *PART),
    "/search": (*CARRIED, *PART),
    "/disputed": (*CARRIED, *PART),
    "/compare": ("at", "stated", "known", "lang", *PART),
    "/trends": ("stated", "known", "lang", *PART),
    "/embed/trends": ("stated", "known", "lang", *PART),
    "/embed/slips": ("stated", "known", "lang", *PART),
    "/activity": ("lang",),
    "/feeds": ("lang",),
    "/about": ("lang",),
    "/viewers": ("lang",),
    "/desk": ("lang",),
}
"""What goes along to a page, where that is not `CARRIED`."""

_ORDER = ("at", "during", "to_at", "stated", "to_stated", "known", "to_known", "from", "to")

CLOCKS = ("at", "stated", "known")


@dataclass(frozen=True, slots=True)
class Here:
    """A page's path, and the parameters that its URL names (all but `PINS`)."""

    path: str
    texts: Mapping[str, str]

    def url(self, path: str | None = None, /, **changed: str | None) -> str:
        """The URL of this page, or of another path, with the same parameters but for those
        `changed`; one that is None is left out."""
        texts = {**self.texts, **changed}
        return located(self.path if path is None else path, _ordered(texts))

    def to(self, path: str, /, **given: str | None) -> str:
        """The URL of another page, with the clocks and language of this one and with `given`."""
        takes = TAKES.get(path, CARRIED)
        carried = {name: self.texts[name] for name in takes if name in self.texts}
        return located(path, _ordered({**carried, **given}))

    def carried(self) -> dict[str, str]:
        """The clocks and the language that go along, for a form that leads to another page."""
        return {name: self.texts[name] for name in CARRIED if name in self.texts}

    def record(self, id: str) -> str:
        """The page of a record."""
        return self.to(f"/records/{id}")

    def source(self, id: str) -> str:
        """The page of a source."""
        return self.to(f"/sources/{id}")

    def page_of(self, answer: str) -> str:
        """The page that shows what a path of the API answers, at the clocks of this page.

        A path that has no page is left as it is.
        """
        parts = urlsplit(answer)
        path = page_path(parts.path)
        if path is None:
            return answer
        # Two sides differ in their clocks: a clock that one of them names is written for both.
        named = {name for name in CLOCKS if f"to_{name}" in self.texts}
        given = {
            name: value
            for name, value in parse_qsl(parts.query)
            if name in named or name not in (*PINS, "during", *CLOCKS)
        }
        part: dict[str, str | None] = dict.fromkeys(PART)
        return self.to(path, **{**part, **given})


def after_in(next: str) -> str:
    """Where a page begins, of the path of the next page of an answer.

    >>> after_in("/v1/records?at=2013-12-31&after=juno&view=6")
    'juno'
    """
    return dict(parse_qsl(urlsplit(next).query))["after"]


def _ordered(texts: Mapping[str, str | None]) -> Iterable[tuple[str, str]]:
    given = {name: value for name, value in texts.items() if value is not None}
    clocks = [(name, given.pop(name)) for name in _ORDER if name in given]
    lang = [("lang", given.pop("lang"))] if "lang" in given else []
    return [*clocks, *sorted(given.items()), *lang]
