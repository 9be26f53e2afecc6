"""From a request to a feed: its parameters are read, its items found, ranked and rendered.

A feed is a question like every other: pinned, cached by its clocks, refused
with the same problems. What it leaves out stands in `Annales-Omitted`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from babel import Locale
from flask import Response, request

from events.dates import Period, parse_period
from events.errors import BadDate, BadFilter
from projections.views.file import Database
from projections.views.reading import Reading, Slice
from service.asking.errors import FeedTooLarge
from service.asking.filters import wanted
from service.asking.parameter import whole_number
from service.asking.query import Query, located
from service.feeds import FEEDS
from service.feeds.feed import MOST, Context, Feed, omitted_header
from service.items.completing import completed
from service.items.item import KINDS, Item, Kind, in_time
from service.items.reading import read as read_items
from service.items.selection import Selection
from service.items.significance import most_significant
from service.translations import Language, chosen
from service.web.response import archive, clocks, parameters, respond
from service.web.root import root
from service.words.labels import KIND_WORDS, field_word

CLOCKS = ("at", "stated", "known")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a feed is asked for; `limit` is None where nothing is said of it.

    `given` are the parameters that differ from their defaults, as a pinned URL
    writes them; the language is always among them, since the headers may choose it.
    """

    wanted: Selection
    lang: Language
    limit: int | None
    options: Mapping[str, str]
    given: Mapping[str, str]


def feed_response(feed: Feed) -> Response:
    """The response to a feed. Raises what every question raises, and FeedTooLarge."""
    texts = parameters((*CLOCKS, *feed.takes, *feed.own, "view"))
    lang = chosen(request.headers.get("Accept-Language"), texts.get("lang"))
    asked = read(feed, texts, lang=lang)
    question = Query(feed.path, clocks(texts), asked.given)
    base_url = root()
    omitted: Counter[str] = Counter()

    def make(db: Database) -> str | bytes:
        return rendered(
            feed, question, asked, archive().reading(db), base_url=base_url, omitted=omitted
        )

    response = respond(texts, question, make, media_type=feed.media_type, variant=base_url)
    if told := omitted_header(omitted):
        response.headers["Annales-Omitted"] = told
    response.headers["Link"] = ", ".join(_links(feed, texts))
    response.headers["Content-Disposition"] = f'inline; filename="annales.{feed.suffix}"'
    if "lang" in feed.takes and "lang" not in texts:
        response.vary.add("Accept-Language")
    return response


def rendered(
    feed: Feed,
    question: Query,
    asked: Asked,
    reading: Reading,
    *,
    base_url: str,
    omitted: Counter[str],
) -> str | bytes:
    """The body of a feed; `omitted` counts what it leaves out. Raises FeedTooLarge, NotFound."""
    limit = feed.limit if asked.limit is None else asked.limit
    shown: list[Item] = []
    if feed.of_items and feed.needs_items(asked.options):
        found = []
        for item in read_items(reading, question.as_of, asked.wanted):
            if (lacking := feed.lacks(item)) is None:
                found.append(item)
            else:
                omitted[lacking] += 1
        if asked.limit is None and len(found) > MOST:
            raise FeedTooLarge(len(found), MOST)
        if len(found) > limit:
            omitted["limit"] += len(found) - limit
            found = most_significant(found, limit)
        shown = completed(reading, question.as_of, sorted(found, key=in_time))
    return feed.render(
        Context(
            feed=feed,
            question=question,
            wanted=asked.wanted,
            lang=asked.lang,
            title=title(asked, _named(asked, reading.at(question.as_of))),
            base_url=base_url,
            items=shown,
            limit=limit,
            omitted=omitted,
            options=asked.options,
            archive=archive(),
            reading=reading,
        )
    )


def read(feed: Feed, texts: Mapping[str, str], *, lang: Language) -> Asked:
    """What the parameters ask of a feed, in a language. Raises BadFilter."""
    place = wanted(country=texts.get("country"), field=texts.get("field"))
    first, last = _period("from", texts), _period("to", texts)
    if first is not None and last is not None and last.last < first.first:
        raise BadFilter("to", texts["to"], f"it ends before {texts['from']} begins")
    kinds = _kinds(texts["kind"]) if feed.of_items and "kind" in texts else feed.kinds
    limit = whole_number("limit", texts["limit"], 1, feed.most) if "limit" in texts else None
    options = {name: _option(name, form, texts) for name, (form, _) in feed.own.items()}
    given = {
        "country": texts.get("country"),
        "field": texts.get("field"),
        "from": texts.get("from"),
        "kind": None if kinds == feed.kinds else ",".join(kinds),
        "lang": lang if "lang" in feed.takes else None,
        "limit": None if limit is None else str(limit),
        "record": texts.get("record"),
        "to": texts.get("to"),
        **{
            name: value
            for name, value in options.items()
            if value != str(feed.own[name][0].get("default", ""))
        },
    }
    return Asked(
        wanted=Selection(
            kinds=kinds,
            country=place.country,
            field=place.field,
            record=texts.get("record"),
            first=None if first is None else first.first,
            last=None if last is None else last.last,
        ),
        lang=lang,
        limit=limit,
        options=options,
        given={name: value for name, value in given.items() if value is not None},
    )


def title(asked: Asked, name: str | None = None) -> str:
    """What a feed is about, in a line: `Annales: China, Fusion, 1950–2020`.

    `name` is that of the record that is wanted, if one is.
    """
    zh = asked.lang == "zh"
    about = []
    if name is not None:
        about.append(name)
    if asked.wanted.country is not None:
        code = asked.wanted.country
        about.append(Locale(asked.lang).territories.get(code, code))
    if asked.wanted.field is not None:
        about.append(field_word(asked.wanted.field, asked.lang))
    if asked.given.get("kind") == ",".join(asked.wanted.kinds):
        about += [KIND_WORDS[kind][asked.lang] for kind in asked.wanted.kinds]
    first, last = asked.given.get("from"), asked.given.get("to")
    if first is not None or last is not None:
        about.append(f"{first or ''}–{last or ''}")
    if not about:
        return "史记：大科学年表" if zh else "Annales: a chronicle of big science"
    return f"Annales：{'，'.join(about)}" if zh else f"Annales: {', '.join(about)}"


def alternates(texts: Mapping[str, str]) -> Iterator[tuple[Feed, str]]:
    """Every feed, with where it answers the same question, for `rel="alternate"`.

    Parameters that it does not take are left out.
    """
    for feed in FEEDS:
        if not feed.alternate:
            continue
        taken = {*CLOCKS, *feed.takes, "view"} - {"limit"}
        pairs = [(name, value) for name, value in texts.items() if name in taken]
        yield feed, located(feed.path, pairs)


def _named(asked: Asked, slice: Slice) -> str | None:
    """The name of the record that is wanted; its id where it has no card."""
    record = asked.wanted.record
    if record is None:
        return None
    card = slice.cards([record]).get(record)
    if card is None:
        return record
    return str(card.get("name_zh", card["name"]) if asked.lang == "zh" else card["name"])


def _links(feed: Feed, texts: Mapping[str, str]) -> Iterator[str]:
    yield '</v1/feeds>; rel="index"; type="application/json"'
    for path, relation, media_type in feed.links:
        yield f'<{located(path, texts.items())}>; rel="{relation}"; type="{media_type}"'
    shared = {name: value for name, value in texts.items() if name not in feed.own}
    for other, url in alternates(shared):
        if other is not feed:
            yield f'<{url}>; rel="alternate"; type="{other.media_type}"; title="{other.name}"'


def _period(name: str, texts: Mapping[str, str]) -> Period | None:
    if name not in texts:
        return None
    try:
        return parse_period(texts[name])
    except BadDate as refused:
        raise BadFilter(name, texts[name], refused.why) from None


def _kinds(text: str) -> tuple[Kind, ...]:
    named = text.split(",")
    for name in named:
        if name not in KINDS:
            raise BadFilter("kind", name, "no kind of that name", allowed=KINDS)
    return tuple(kind for kind in KINDS if kind in named)


def _option(name: str, form: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    """The value of a feed's own parameter, its default where it is not given."""
    if name not in texts:
        return str(form.get("default", ""))
    text = texts[name]
    if "enum" in form and text not in form["enum"]:
        raise BadFilter(name, text, f"no {name} of that name", allowed=form["enum"])
    if form.get("type") == "integer":
        return str(whole_number(name, text, form["minimum"], form["maximum"]))
    return text
