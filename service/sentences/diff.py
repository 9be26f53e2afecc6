"""The sentence of a difference: how many rows came, went and changed, and what made them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from events.clocks import AsOf
from service.sentences import times
from service.sentences.sentence import Phrase, Sentence, fill
from service.sentences.voice import Voice, spoken


def diff_sentence(
    *,
    start: AsOf,
    to: AsOf,
    added: int,
    removed: int,
    changed: int,
    causes: Mapping[str, int],
    links: Mapping[str, str] = MappingProxyType({}),
) -> Sentence:
    """What `/v1/diff` says, in words.

    `causes` counts the rows that differ by what made them: "world", "sources" and
    "record"; a row may have several causes, and count with each. `links` has paths
    of "added", "removed" and "changed".
    """
    total = added + removed + changed

    def tell(say: Voice) -> Phrase:
        between = _between(say, start, to)
        if total == 0:
            return say.begun(say.gettext("{between}, nothing differs.", between=between))
        catalogue = say.catalogue
        rows = (
            (added, "added", catalogue.pgettext("rows", "{n} came")),
            (removed, "removed", catalogue.pgettext("rows", "{n} went")),
            (changed, "changed", catalogue.pgettext("rows", "{n} changed")),
        )
        counts = say.counts(
            [
                fill(template, {"n": say.count(number, links.get(name))})
                for number, name, template in rows
                if number
            ]
        )
        first = say.gettext("{between}, {counts}.", between=between, counts=counts)
        return say.sentences([say.begun(first), _causes(say, causes, total)])

    return spoken(tell)


def _between(say: Voice, start: AsOf, to: AsOf) -> Phrase:
    """The two points, by the clock that moved; several cannot be told in a few words."""
    lang = say.lang
    moved = [
        name for name in ("at", "stated", "known") if getattr(start, name) != getattr(to, name)
    ]
    if moved == ["at"]:
        return say.pgettext(
            "at",
            "from {first} to {second}",
            first=times.moment(start.at, lang),
            second=times.moment(to.at, lang),
        )
    if moved == ["stated"]:
        return say.gettext(
            "between what had been said by {first} and by {second}",
            first=times.moment(start.stated, lang),
            second=times.moment(to.stated, lang),
        )
    if moved == ["known"]:
        return say.gettext(
            "between positions {first} and {second} of the log",
            first=f"@{start.known}",
            second=f"@{to.known}",
        )
    return say.gettext("between the two points")


def _causes(say: Voice, causes: Mapping[str, int], total: int) -> Phrase:
    """What made the rows differ; whether it was the world alone is what people ask."""
    told = {name: number for name, number in causes.items() if number}
    if not told:
        return ()
    if set(told) == {"world"} and told["world"] == total:
        return say.gettext(
            "The world changed each time; no source changed its mind and no record was mended."
        )
    catalogue = say.catalogue
    templates = {
        "world": catalogue.pgettext("cause", "the world changed in {n}"),
        "sources": catalogue.pgettext("cause", "the sources said something new in {n}"),
        "record": catalogue.pgettext("cause", "our own record was mended in {n}"),
    }
    clauses = [
        fill(template, {"n": say.count(told[name])})
        for name, template in templates.items()
        if name in told
    ]
    return say.begun(say.gettext("{clauses}.", clauses=say.counts(clauses)))
