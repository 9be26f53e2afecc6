"""The sentence of hindsight: a day as it was expected, beside the same day as it is known now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

from events.dates import Day
from service.sentences import times
from service.sentences.labels import country_name
from service.sentences.sentence import Name, Phrase, Sentence, fill
from service.sentences.voice import Count, Slot, Voice, is_none, spoken
from service.translations import Language, translations


def hindsight_sentence(
    *,
    at: Day,
    stated: Day,
    expected_count: Count,
    now_count: Count,
    came: int,
    not_come: Sequence[Name] = (),
    unexpected_unnamed: Sequence[Name] = (),
    unexpected_named: Sequence[Name] = (),
    country: str | None = None,
    field: str | None = None,
    links: Mapping[str, str] = MappingProxyType({}),
) -> Sentence:
    """What `/v1/hindsight` says, in words.

    `expected_count` is how many facilities would run `at`, by what had been stated by
    `stated`; `now_count` how many ran, by all that has been said. Of what ran, `came`
    were expected; what ran and was not expected had not been named at all then, or
    had been named and no promise had it running. `links` has paths of "expected",
    "now" and "came".
    """

    def tell(say: Voice) -> Phrase:
        slots: dict[str, Slot] = {
            "when": times.when(at, say.lang),
            "stated": times.moment(stated, say.lang),
            "country": "" if country is None else country_name(country, say.lang),
            "n": say.count(expected_count, links.get("expected")),
            "facilities": say.facilities(expected_count, field),
        }
        first = _foreseen(say.lang)[country is None, is_none(expected_count)]
        return say.sentences(
            [
                fill(first, slots),
                _now(say, now_count, links.get("now")),
                _came(say, came, links.get("came"), all_did=not not_come),
                _not_come(say, not_come),
                _unexpected(say, unexpected_unnamed, unexpected_named),
            ]
        )

    return spoken(tell)


@cache
def _foreseen(lang: Language) -> dict[tuple[bool, bool], str]:
    """The text by whether it is of the whole world, and of nothing."""
    say = translations(lang)
    return {
        (False, False): say.gettext(
            "Seen from {stated}, {country} would run {n} {facilities} {when}."
        ),
        (False, True): say.gettext(
            "Seen from {stated}, {country} would run no {facilities} {when}."
        ),
        (True, False): say.gettext("Seen from {stated}, {n} {facilities} would be running {when}."),
        (True, True): say.gettext("Seen from {stated}, no {facilities} would be running {when}."),
    }


def _now(say: Voice, count: Count, href: str | None) -> Phrase:
    if is_none(count):
        return say.gettext("What has been said since counts none.")
    return say.gettext("What has been said since counts {n}.", n=say.count(count, href))


def _came(say: Voice, came: int, href: str | None, *, all_did: bool) -> Phrase:
    if came == 0:
        return ()
    n = say.count(came, href)
    if all_did:
        return say.gettext("{n} came as expected, and nothing expected is missing.", n=n)
    return say.gettext("{n} came as expected.", n=n)


def _not_come(say: Voice, names: Sequence[Name]) -> Phrase:
    if not names:
        return ()
    return say.ngettext(
        "{n} was expected and did not run: {names}.",
        "{n} were expected and did not run: {names}.",
        len(names),
        names=say.names(names),
    )


def _unexpected(say: Voice, unnamed: Sequence[Name], named: Sequence[Name]) -> Phrase:
    """What ran and had not been foreseen as running."""
    clauses = []
    if unnamed:
        clauses.append(
            say.gettext(
                "{n} ran that had not been named at all: {names}",
                n=say.count(len(unnamed)),
                names=say.names(unnamed),
            )
        )
    if named:
        clauses.append(
            say.gettext(
                "{n} ran that had been named, but not promised for then: {names}",
                n=say.count(len(named)),
                names=say.names(named),
            )
        )
    return say.gettext("{clauses}.", clauses=say.clauses(clauses)) if clauses else ()
