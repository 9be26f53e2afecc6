"""From a request to a feed: its parameters are read, its items found, ranked and rendered.

A feed is a question like every other: pinned, cached by its clocks, refused
with the same problems. What it leaves out stands in `Annales-Omitted`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from flask import Response, request

from events.errors import BadFilter
from projections.views.reading import Reading, Slice
from service.asking.errors import FeedTooLarge
from service.asking.filters import PART, PINS, Wanted
from service.asking.format import Body
from service.asking.parameter import texts_of, values_of, whole_number
from service.asking.query import Query, located
from service.feeds import FEEDS
from service.feeds.feed import MOST, Context, Feed, Form, omitted_header
from service.feeds.parameters import KIND, LIMIT
from service.items.completing import completed
from service.items.item import Item, in_time
from service.items.reading import read as read_items
from service.items.selection import Selection
from service.items.significance import most_significant
from service.state.facilities import Facilities
from service.translations import Language, chosen
from service.web.response import accepted_format, arguments, parameters, respond
from service.web.root import archive, root
from service.words.labels import CLASS_WORDS, KIND_WORDS, STATUS_WORDS, field_word
from service.words.places import place_title

CLOCKS = ("at", "stated", "known")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedArguments:
    """The parameters of a feed, parsed; `limit` is None where the request gives none.

    `form` is the format that is asked for. `part` is the part of the world as a state is asked for
    it. `options` are the values of the feed's own parameters. `given` are the texts of those that
    differ from their defaults, as a pinned URL has them; the language is always among them, since
    the headers may choose it.
    """

    form: Form
    wanted: Selection
    part: Wanted
    lang: Language
    limit: int | None
    options: Mapping[str, Any]
    given: Mapping[str, str]


def feed_response(feed: Feed) -> Response:
    """The response to a feed. Raises what every question raises, and FeedTooLarge."""
    takes = tuple(each.name for each in feed.parameters)
    texts = parameters(takes)
    form = _form(feed, texts)
    lang: Language = "en"
    if "lang" in feed.takes:
        lang = chosen(request.headers.get("Accept-Language"), texts.get("lang"))
    sent = feed_arguments(feed, texts, lang=lang, form=form)
    query = Query(feed.path, arguments(feed.path, texts).clocks(), sent.given)
    base_url = root()
    omitted: Counter[str] = Counter()

    def make(reading: Reading) -> Body:
        return rendered(feed, query, sent, reading, base_url=base_url, omitted=omitted)

    response = respond(
        texts, query, make, takes=takes, media_type=form.media_type, variant=base_url
    )
    if header := omitted_header(omitted):
        response.headers["Annales-Omitted"] = header
    response.headers["Link"] = ", ".join(_links(feed, texts))
    response.headers["Content-Disposition"] = f'inline; filename="annales.{form.suffix}"'
    if feed.others and "format" not in texts:
        response.vary.add("Accept")
    if "lang" in feed.takes and "lang" not in texts:
        response.vary.add("Accept-Language")
    return response


def rendered(
    feed: Feed,
    query: Query,
    sent: FeedArguments,
    reading: Reading,
    *,
    base_url: str,
    omitted: Counter[str],
) -> Body:
    """The body of a feed; `omitted` counts what it leaves out. Raises FeedTooLarge, NotFound."""
    limit = feed.limit if sent.limit is None else sent.limit
    shown: list[Item] = []
    wanted = sent.wanted
    if feed.of_items and feed.needs_items(sent.options):
        if sent.part.statuses:
            wanted = replace(wanted, facilities=_of_statuses(reading, query, sent))
        found = []
        for item in read_items(reading, query.as_of, wanted):
            if (lacking := feed.lacks(item)) is None:
                found.append(item)
            else:
                omitted[lacking] += 1
        if sent.limit is None and len(found) > MOST:
            raise FeedTooLarge(len(found), MOST)
        if len(found) > limit:
            omitted["limit"] += len(found) - limit
            found = most_significant(found, limit)
        shown = sorted(found, key=in_time)
        if feed.completes:
            shown = completed(reading, query.as_of, shown)
    return sent.form.render(
        Context(
            feed=feed,
            query=query,
            wanted=wanted,
            part=sent.part,
            lang=sent.lang,
            title=title(sent, _named(sent, reading.at(query.as_of))),
            base_url=base_url,
            items=shown,
            limit=limit,
            omitted=omitted,
            options=sent.options,
            archive=archive(),
            reading=reading,
        )
    )


def _form(feed: Feed, texts: Mapping[str, str]) -> Form:
    """The format that a request asks for, by its URL, else by its headers. Raises BadFilter."""
    if not feed.others:
        return feed.forms[0]
    forms = {each.name: each for each in feed.forms}
    accepted = accepted_format({name: each.media_type for name, each in forms.items()})
    return forms[values_of(feed.options, {"format": accepted, **texts})["format"]]


def feed_arguments(
    feed: Feed, texts: Mapping[str, str], *, lang: Language, form: Form
) -> FeedArguments:
    """Parse the parameters of a feed, in a language and a format. Raises BadFilter."""
    filters = tuple(
        each.but(default=feed.kinds)
        if each is KIND
        else each.but(parse=lambda text: whole_number("limit", text, 1, feed.most))
        if each is LIMIT
        else each
        for each in feed.of.filters
    )
    values = values_of(filters, texts)
    first, last = values.get("from"), values.get("to")
    if first is not None and last is not None and last.last < first.first:
        raise BadFilter("to", texts["to"], f"it ends before {texts['from']} begins")
    # The headers may choose the language, so it is always written out.
    if "lang" in values:
        values["lang"] = lang
    options = values_of(feed.own, texts)
    where = {each.value_name: values[each.value_name] for each in PART if each in filters}
    wanted = Selection(
        **where,
        kinds=values.get("kinds", feed.kinds),
        record=values["record"],
        first=None if first is None else first.first,
        last=None if last is None else last.last,
    )
    # As the pinned URL writes it: what lies within a region that is named is left out.
    values |= {"countries": wanted.countries, "regions": wanted.regions}
    given = {**texts_of(filters, values), **texts_of(feed.own, options)}
    if form != feed.forms[0]:
        given["format"] = form.name
    of_facilities = ("statuses", "expected")
    return FeedArguments(
        form=form,
        part=Wanted(**where, **{name: values[name] for name in of_facilities if name in values}),
        wanted=wanted,
        lang=lang,
        limit=values.get("limit"),
        options=options,
        given=given,
    )


def _of_statuses(reading: Reading, query: Query, sent: FeedArguments) -> frozenset[str]:
    """The facilities that have one of the statuses that are wanted, wherever they are."""
    facilities = Facilities(reading.at(query.as_of), expecting=False)
    places = np.flatnonzero(facilities.meant(sent.part))
    return frozenset(facilities.order.ids_at(places))


def title(sent: FeedArguments, name: str | None = None) -> str:
    """What a feed is about, in a line: `Annales: China, Fusion, 1950–2020`.

    `name` is that of the record that is wanted, if one is.
    """
    zh = sent.lang == "zh"
    about = []
    if name is not None:
        about.append(name)
    if sent.wanted.place:
        about.append(place_title(sent.wanted.place, sent.lang))
    if sent.wanted.field is not None:
        about.append(field_word(sent.wanted.field, sent.lang))
    if sent.wanted.class_ is not None:
        about.append(CLASS_WORDS.of(sent.wanted.class_, sent.lang))
    about += [STATUS_WORDS[each][sent.lang] for each in sent.part.statuses]
    if sent.given.get("kind") == ",".join(sent.wanted.kinds):
        about += [KIND_WORDS[kind][sent.lang] for kind in sent.wanted.kinds]
    first, last = sent.given.get("from"), sent.given.get("to")
    if first is not None or last is not None:
        about.append(f"{first or ''}–{last or ''}")
    if not about:
        return "史记：大科学年表" if zh else "Annales: a chronicle of big science"
    return f"Annales：{'，'.join(about)}" if zh else f"Annales: {', '.join(about)}"


def alternates(texts: Mapping[str, str]) -> Iterator[tuple[Feed, str]]:
    """Every feed, with where it answers the same query, for `rel="alternate"`.

    Parameters that it does not take are left out.
    """
    for feed in FEEDS:
        if not feed.alternate:
            continue
        taken = {*CLOCKS, *feed.takes, *PINS} - {"limit"}
        pairs = [(name, value) for name, value in texts.items() if name in taken]
        yield feed, located(feed.path, pairs)


def _named(sent: FeedArguments, slice: Slice) -> str | None:
    """The name of the record that is wanted; its id where it has no card."""
    record = sent.wanted.record
    if record is None:
        return None
    card = slice.cards([record]).get(record)
    if card is None:
        return record
    return str(card.get("name_zh", card["name"]) if sent.lang == "zh" else card["name"])


def _links(feed: Feed, texts: Mapping[str, str]) -> Iterator[str]:
    yield '</v1/feeds>; rel="index"; type="application/json"'
    for form in feed.others:
        pairs = {**texts, "format": form.name}.items()
        yield f'<{located(feed.path, pairs)}>; rel="alternate"; type="{form.media_type}"'
    for path, relation, media_type in feed.links:
        yield f'<{located(path, texts.items())}>; rel="{relation}"; type="{media_type}"'
    shared = {
        name: value
        for name, value in texts.items()
        if name not in {each.name for each in feed.options}
    }
    for other, url in alternates(shared):
        if other is not feed:
            yield f'<{url}>; rel="alternate"; type="{other.media_type}"; title="{other.name}"'
