"""What a feed is: a name, a media type, what it is made of, and a function from that to bytes.

A format is one file that makes one `Feed`, and one line in `service.feeds.FEEDS`;
its path, its description, its entry at `/v1/feeds` and its tests follow. What a
tool cannot carry is left out, and counted by reason in a header of the answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from events.dates import Language, iso
from projections.views.reading import Reading, Slice
from service.archive import Archive
from service.asking.filters import PINNING, Wanted
from service.asking.format import Body
from service.asking.parameter import Filter, Parameter
from service.asking.query import Query
from service.feeds.parameters import ITEMS, Matter, choice
from service.feeds.parameters import LIMIT as LIMIT_OF_FEED
from service.items.item import KINDS, Item, Kind
from service.items.selection import Selection
from service.words import language
from service.words.labels import LEFT_OUT
from service.words.number import number_text
from service.words.speech import Speech
from service.words.word import Word

LIMIT = 500
"""How many items a feed has at most by default."""

MOST = 5_000
"""How many items a feed may have; a request for more is refused unless it is narrowed."""


def nothing_lacks(_: Item) -> str | None:
    """For feeds that carry every item."""
    return None


def always(_: Mapping[str, Any]) -> bool:
    """For feeds that are made of items whatever their options say."""
    return True


class Form(NamedTuple):
    """A format in which a feed can be asked for: what `format` calls it, its media type, what a
    file of it ends in, and what renders it."""

    name: str
    media_type: str
    suffix: str
    render: Callable[[Context], Body]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A format.

    `of` is what it is made of.
    `render` gives the body; it may count further omissions in the context.
    `lacks` says why an item cannot be carried, in one word such as `bce`, before
    the feed is cut to its limit. `limit` is what the tool bears by default,
    `most` the greatest `limit`, `kinds` the default of the parameter `kind`.
    `reader` names the tools that read it.
    `own` are parameters of this feed alone, and `others` the formats in which it may be asked for
    besides. `schema` is the JSON
    Schema of the body of a feed in JSON. `links` are further `Link` headers, each a path, a
    relation and a type; the path gets the same parameters. `needs_items` decides by the options
    whether items are read at all. A feed that shows no sources, plans or positions `completes` no
    items, which is half of reading them. A feed that is no `alternate` of what a page shows
    describes another feed, or has all of the log. `extra` is what must be installed besides for
    it, by the name that setup.cfg has for it.
    """

    name: str
    media_type: str
    summary: Word
    render: Callable[[Context], Body]
    suffix: str
    of: Matter = ITEMS
    reader: str = ""
    lacks: Callable[[Item], str | None] = nothing_lacks
    limit: int = LIMIT
    most: int = MOST
    kinds: tuple[Kind, ...] = KINDS
    own: tuple[Filter, ...] = ()
    others: tuple[Form, ...] = ()
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "object"})
    links: tuple[tuple[str, str, str], ...] = ()
    alternate: bool = True
    extra: str = ""
    needs_items: Callable[[Mapping[str, Any]], bool] = always
    completes: bool = True

    @property
    def path(self) -> str:
        """Where it is."""
        return f"/v1/feeds/{self.name}"

    @property
    def of_items(self) -> bool:
        """Whether it is made of items; else it reads the log itself."""
        return self.of is ITEMS

    @property
    def forms(self) -> tuple[Form, ...]:
        """Every format of it, the default first."""
        return (Form(self.suffix, self.media_type, self.suffix, self.render), *self.others)

    @property
    def options(self) -> tuple[Filter, ...]:
        """The parameters of this feed alone."""
        if not self.others:
            return self.own
        names = [each.name for each in self.forms]
        return (*self.own, choice("format", names, "`Accept` may ask for it too."))

    @property
    def takes(self) -> tuple[str, ...]:
        """The names of its filters."""
        return tuple(each.name for each in self.of.filters)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All that it takes in a URL, as it is described."""
        limit = LIMIT_OF_FEED.but(
            form={"type": "integer", "minimum": 1, "maximum": self.most, "default": self.limit},
            meaning=f"How many items at most, {self.of.kept}; more is refused.",
        )
        filters = (limit if each is LIMIT_OF_FEED else each for each in self.of.filters)
        return (*self.of.clocks, *filters, *self.options, *PINNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a feed is rendered from.

    `query` has the clocks and the pinned URL, `wanted` the filters as they
    were read, `part` the same as a state is asked for them, `options` the values of the feed's own
    parameters. `base_url` is
    the service's root without a slash at its end, for formats that need whole
    URLs. `items` are in the order of time, their sources complete. `archive` and
    `reading` are for feeds that are not made of items.
    """

    feed: Feed
    query: Query
    wanted: Selection
    part: Wanted
    lang: Language
    title: str
    base_url: str
    items: Sequence[Item]
    limit: int
    omitted: Counter[str]
    options: Mapping[str, Any]
    archive: Archive
    reading: Reading

    @property
    def slice(self) -> Slice:
        """The rows of the views at the clocks, in the part of the world that is wanted."""
        return self.reading.at(
            self.query.as_of,
            countries=self.wanted.place.codes,
            field=self.wanted.field,
            class_=self.wanted.class_,
        )

    def omit(self, reason: str, count: int = 1) -> None:
        """Count what is left out, by a reason in one word."""
        if count:
            self.omitted[reason] += count

    @property
    def pinned(self) -> str:
        """The whole URL at which these bytes stand for ever."""
        return f"{self.base_url}{self.query.pinned}"

    @property
    def clocks(self) -> str:
        """The clocks in words, as pictures of pages have them too."""
        say, as_of = Speech(self.lang), self.query.as_of
        at, stated = (language.date(iso(day), self.lang) for day in (as_of.at, as_of.stated))
        return say("; ").join(
            (
                say("Date: %(day)s", day=at),
                say("according to sources up to %(day)s", day=stated),
                say("as recorded at %(position)s", position=f"@{as_of.known}"),
            )
        )

    @property
    def left_out(self) -> str:
        """How much is left out and why, in words; empty where nothing is."""
        say = Speech(self.lang)
        texts = [
            LEFT_OUT[reason][self.lang].format(n=number_text(count))
            for reason, count in sorted(self.omitted.items())
        ]
        return say("Left out: %(what)s", what=say(", ").join(texts)) if texts else ""

    def url(self, path: str) -> str:
        """A whole URL of a path of ours."""
        return f"{self.base_url}{path}"

    def about(self, **more: Any) -> dict[str, Any]:
        """The member `_annales` of a feed in JSON: `{omitted, reasons, position, pinned}`; `more`
        stands before these."""
        return {
            **more,
            "omitted": self.omitted.total(),
            "reasons": dict(sorted(self.omitted.items())),
            "position": self.query.as_of.known,
            "pinned": self.query.pinned,
        }


def omitted_header(omitted: Counter[str]) -> str:
    """What was left out, as the header `Annales-Omitted` says it.

    >>> omitted_header(Counter({"no-date": 2, "bce": 3}))
    'bce=3, no-date=2'
    """
    return ", ".join(f"{reason}={count}" for reason, count in sorted(omitted.items()) if count)
