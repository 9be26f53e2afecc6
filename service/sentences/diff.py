"""The sentence of a difference: how many entries were added, removed, changed, and by what."""

from __future__ import annotations

from collections.abc import Mapping

from events.clocks import AsOf
from service.sentences import times
from service.sentences.sentence import Phrase, Sentence, fill
from service.sentences.voice import Slot, Voice, in_each_language


def diff_sentence(
    *,
    start: AsOf,
    to: AsOf,
    added: int,
    removed: int,
    changed: int,
    causes: Mapping[str, int],
) -> Sentence:
    """The sentence of `/v1/diff`.

    `causes` counts the rows that differ by what made them: "world", "sources" and
    "record"; a row may have several causes, and count with each.
    """
    total = added + removed + changed

    def render(say: Voice) -> Phrase:
        between = _between(say, start, to)
        if total == 0:
            return say.begun(say.gettext("{between}, nothing differs.", between=between))
        counts = _counts(say, {"added": added, "removed": removed, "changed": changed})
        first = say.gettext("{between}, {counts}.", between=between, counts=counts)
        return say.sentences([say.begun(first), _causes(say, start, to, causes, total)])

    return in_each_language(render)


def _between(say: Voice, start: AsOf, to: AsOf) -> Phrase:
    """The two points, by the clock that moved; several take too many words to name."""
    lang = say.lang
    moved = [
        name for name in ("at", "stated", "known") if getattr(start, name) != getattr(to, name)
    ]
    slots: dict[str, Slot]
    if moved == ["at"]:
        slots = {"first": times.moment(start.at, lang), "second": times.moment(to.at, lang)}
        if to.at < start.at:
            return say.pgettext("at", "back from {first} to {second}", **slots)
        return say.pgettext("at", "from {first} to {second}", **slots)
    if moved == ["stated"]:
        slots = {"first": times.moment(start.stated, lang), "second": times.moment(to.stated, lang)}
        if to.stated < start.stated:
            return say.gettext(
                "back from what had been said by {first} to what had been said by {second}", **slots
            )
        return say.gettext("between what had been said by {first} and by {second}", **slots)
    if moved == ["known"]:
        slots = {"first": f"@{start.known}", "second": f"@{to.known}"}
        if to.known < start.known:
            return say.gettext("back from position {first} to {second} of the log", **slots)
        return say.gettext("between positions {first} and {second} of the log", **slots)
    return say.gettext("between the two points")


def _counts(say: Voice, numbers: Mapping[str, int]) -> Phrase:
    """How many entries were added, removed and changed; the first number says what of."""
    catalogue = say.catalogue
    counts: list[Phrase] = []
    for name, number in numbers.items():
        if not number:
            continue
        template = {
            "added": catalogue.pgettext("entries", "{n} added"),
            "removed": catalogue.pgettext("entries", "{n} removed"),
            "changed": catalogue.pgettext("entries", "{n} changed"),
        }[name]
        if not counts:
            template = {
                "added": catalogue.ngettext(
                    "{n} entry was added", "{n} entries were added", number
                ),
                "removed": catalogue.ngettext(
                    "{n} entry was removed", "{n} entries were removed", number
                ),
                "changed": catalogue.ngettext("{n} entry changed", "{n} entries changed", number),
            }[name]
        counts.append(fill(template, {"n": say.count(number)}))
    return say.counts(counts)


def _causes(say: Voice, start: AsOf, to: AsOf, causes: Mapping[str, int], total: int) -> Phrase:
    """What made the entries differ; that it was the world alone has a sentence of its own."""
    counted = {name: number for name, number in causes.items() if number}
    if not counted:
        return ()
    over = max(start.at, to.at) <= to.stated
    if set(counted) == {"world"} and counted["world"] == total and over:
        return say.gettext(
            "The world changed each time; no source changed its mind and no record was mended."
        )
    templates = {
        "world": _of_world(say, start, to),
        "sources": _of_sources(say, start, to),
        "record": _of_record(say, start, to),
    }
    clauses = [
        fill(template, {"n": say.count(counted[name])})
        for name, template in templates.items()
        if name in counted
    ]
    return say.begun(say.gettext("{causes}.", causes=say.counts(clauses)))


def _of_world(say: Voice, start: AsOf, to: AsOf) -> str:
    """What made a difference between two days; beyond the horizon it is only expected."""
    horizon = to.stated
    if max(start.at, to.at) <= horizon:
        return say.catalogue.pgettext("cause", "the world changed in {n}")
    if min(start.at, to.at) >= horizon:
        return say.catalogue.pgettext("cause", "what is expected changed in {n}")
    return say.catalogue.pgettext("cause", "the world, or what is expected of it, changed in {n}")


def _of_sources(say: Voice, start: AsOf, to: AsOf) -> str:
    """What made a difference between two sets of statements, by which of them has more."""
    if to.stated == start.stated and to.known > start.known:
        return say.catalogue.pgettext("cause", "statements were newly recorded in {n}")
    if to.known >= start.known and to.stated >= start.stated:
        return say.catalogue.pgettext("cause", "the sources said something new in {n}")
    if to.known <= start.known and to.stated <= start.stated:
        return say.catalogue.pgettext("cause", "what the sources said since is missing in {n}")
    return say.catalogue.pgettext("cause", "the sources are heard otherwise in {n}")


def _of_record(say: Voice, start: AsOf, to: AsOf) -> str:
    if to.known >= start.known:
        return say.catalogue.pgettext("cause", "our own record was mended in {n}")
    return say.catalogue.pgettext("cause", "what was mended in our own record is missing in {n}")
