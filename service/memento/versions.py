"""Time travel by HTTP alone (RFC 7089), on the clock `known`: versions and how they are linked.

A version of a record is a commit that touched it, a version of the state is any
commit; each is a memento. The other parameters (`at`, `stated`, filters)
stay in the URL, so that each choice of them is an original of its own.
Dates of HTTP have whole seconds: of two commits in one second, the TimeGate
takes the last, while the TimeMap lists both.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256

from flask import Response, request
from werkzeug.exceptions import NotFound as NothingHere
from werkzeug.http import http_date

from events.clocks import epoch_at
from events.commit import Commit
from events.errors import BadFilter, NotFound
from events.stream import Stream
from projections.views.history import Version
from projections.views.reading import Reading
from service.asking.errors import BadAcceptDatetime
from service.asking.query import Query, located
from service.asking.question import Question
from service.web.pausing import reading_at
from service.web.response import (
    ASK_AGAIN,
    Headers,
    arguments,
    of_epoch,
    parameters,
    unless_held,
)
from service.web.root import archive, root

LINK_FORMAT = "application/link-format"

PAGE = 1000
"""How many mementos a TimeMap lists at once."""

WORLD = ("at", "during", "stated")
"""The clocks that belong to an original; its mementos differ in `known`."""


@dataclass(frozen=True, slots=True)
class Original:
    """An original of RFC 7089: a path with its parameters, but without `known`."""

    path: str
    world: tuple[tuple[str, str], ...]
    filters: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, path: str, texts: Mapping[str, str]) -> Original:
        """The original of a question with these parameters, at whatever `known` it is pinned."""
        world = tuple((name, texts[name]) for name in WORLD if name in texts)
        rest = sorted(texts.keys() - {*WORLD, "known", "epoch", "view", "beyond"})
        return cls(path, world, tuple((name, texts[name]) for name in rest))

    @property
    def uri(self) -> str:
        """Where its present state is."""
        return _absolute(self.path, (*self.world, *self.filters))

    @property
    def timegate(self) -> str:
        """Where a datetime is turned into a memento."""
        return _absolute(_beside("timegate", self.path), (*self.world, *self.filters))

    def timemap(self, *, beyond: int = 0) -> str:
        """Where its mementos are listed, those beyond a position."""
        page = (("beyond", f"@{beyond}"),) if beyond else ()
        return _absolute(_beside("timemap", self.path), (*self.world, *self.filters, *page))

    def memento(self, version: Version) -> str:
        """Where it stands as it was at a version."""
        known = ("known", f"@{version.position}")
        return _absolute(self.path, (*self.world, known, *self.filters))


# --- on the answers themselves


def links_of(stream: str | None) -> Headers:
    """The headers that make an answer an original or a memento; None is the state."""
    return partial(_links, stream)


def _links(
    stream: str | None, reading: Reading, question: Query, texts: Mapping[str, str]
) -> Mapping[str, str]:
    if "format" in texts:
        return {}  # a form of an answer is no original: the answer in its usual form is
    original = Original.of(question.path, texts)
    around = [
        f'<{original.timegate}>; rel="timegate"',
        f'<{original.timemap()}>; rel="timemap"; type="{LINK_FORMAT}"',
    ]
    if "known" not in texts:
        return {"Link": ", ".join(around)}
    version = reading.history.last_version(reading.db, stream, known=question.as_of.known)
    if version is None:
        return {}
    # No links to other mementos: these headers are kept for ever, and there will be more.
    return {
        "Memento-Datetime": _http_date(version),
        "Link": ", ".join([f'<{original.uri}>; rel="original"', *around]),
    }


# --- from a datetime to a memento


def timegate(question: Question, id: str) -> Response:
    """The way to the memento of `Accept-Datetime`, or to the last one.

    Before the first version the first one is taken. Raises BadAcceptDatetime,
    and NotFound where there never was a version; of the state NothingHere.
    """
    original, stream = _original(question, id), question.stream(id)
    instant = _accept_datetime()
    log = archive().chronicle.log
    known, reading = _present()
    history, db = reading.history, reading.db
    first = _first(reading, stream, known=known)
    last = history.last_version(db, stream, known=known) or first
    closest = last
    if instant is not None:
        commit = log.commit_by(instant)
        position = min(commit.position, known) if commit is not None else 0
        closest = history.last_version(db, stream, known=position) or first
    before = _before(log.commit_at(closest.position))
    following = history.versions(db, stream, known=known, after=closest.position, limit=1)

    roles = {
        "first": first,
        "prev": history.last_version(db, stream, known=before),
        "": closest,
        "next": following[0] if following else None,
        "last": last,
    }
    span = f'from="{_http_date(first)}"; until="{_http_date(last)}"'
    links = [
        f'<{original.uri}>; rel="original"',
        f'<{original.timegate}>; rel="timegate"',
        f'<{original.timemap()}>; rel="timemap"; type="{LINK_FORMAT}"; {span}',
        *_mementos(original, roles),
    ]
    response = Response(status=302, mimetype="text/plain")
    response.headers["Location"] = original.memento(closest)
    response.headers["Vary"] = "accept-datetime"
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Link"] = ", ".join(links)
    response.headers["Annales-Position"] = str(known)
    return response


def _before(commit: Commit | None) -> int:
    """The position before a commit."""
    return commit.first - 1 if commit is not None else 0


def _mementos(original: Original, roles: Mapping[str, Version | None]) -> Iterable[str]:
    """One link for each version, with all the roles that it plays."""
    played: dict[Version, list[str]] = defaultdict(list)
    for role, version in roles.items():
        if version is not None:
            played[version] += [role] if role else []
    for version, names in sorted(played.items()):
        yield _memento(original, version, *names)


# --- all mementos


def timemap(question: Question, id: str) -> Response:
    """The list of all mementos, `PAGE` at once, in the order of the log.

    Raises NotFound where there never was a version; of the state NothingHere.
    """
    original, stream = _original(question, id, "beyond"), question.stream(id)
    beyond = _beyond(request.args.get("beyond"))
    known, reading = _present()
    history, db = reading.history, reading.db
    first = _first(reading, stream, known=known)
    last = history.last_version(db, stream, known=known) or first
    found = history.versions(db, stream, known=known, after=beyond, limit=PAGE + 1)

    response = Response(mimetype=LINK_FORMAT)
    response.headers["Cache-Control"] = ASK_AGAIN
    response.headers["Annales-Position"] = str(known)
    uri = original.timemap(beyond=beyond)
    tag = of_epoch(epoch_at(archive().chronicle.log.epochs(), last.position))
    tag += f"m{last.position}.{sha256(uri.encode()).hexdigest()[:12]}"
    return unless_held(
        response, tag, lambda: _listed(original, found, beyond=beyond, first=first, last=last)
    )


def _listed(
    original: Original, found: list[Version], *, beyond: int, first: Version, last: Version
) -> str:
    page = found[:PAGE]
    span = f'; from="{_http_date(page[0])}"; until="{_http_date(page[-1])}"' if page else ""
    links = [
        f'<{original.uri}>; rel="original"',
        f'<{original.timemap(beyond=beyond)}>; rel="self"; type="{LINK_FORMAT}"{span}',
        f'<{original.timegate}>; rel="timegate"',
    ]
    if beyond:
        begins = f'from="{_http_date(first)}"'
        links.append(f'<{original.timemap()}>; rel="timemap"; type="{LINK_FORMAT}"; {begins}')
    if len(found) > PAGE:
        rest = f'from="{_http_date(found[PAGE])}"; until="{_http_date(last)}"'
        following = original.timemap(beyond=page[-1].position)
        links.append(f'<{following}>; rel="timemap"; type="{LINK_FORMAT}"; {rest}')
    for version in page:
        roles = [name for name, each in (("first", first), ("last", last)) if each == version]
        links.append(_memento(original, version, *roles))
    return ",\n".join(links) + "\n"


# --- what they share


def _original(question: Question, id: str, *more: str) -> Original:
    """The original that the request is about. Raises what its question refuses."""
    texts = parameters((*WORLD, *(each.name for each in question.filters), *more))
    path = question.path.replace("{id}", id)
    question.query(arguments(path, texts, id=id))
    return Original.of(path, texts)


def _present() -> tuple[int, Reading]:
    """The head of the log, as far as it can be asked about, and views that have read it."""
    head = archive().reached.head()
    known = head.position if head is not None else 0
    return known, reading_at(known)


def _first(reading: Reading, stream: str | None, *, known: int) -> Version:
    versions = reading.history.versions(reading.db, stream, known=known, after=0, limit=1)
    if versions:
        return versions[0]
    if stream is None:
        raise NothingHere("The log is empty: the state has no memento yet.")
    raise NotFound(*Stream.parse(stream))


_DATE_OF_HTTP = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4})"
    r" ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _accept_datetime() -> str | None:
    """The last instant of the second of `Accept-Datetime`; None without the header."""
    text = request.headers.get("Accept-Datetime")
    if text is None:
        return None
    found = _DATE_OF_HTTP.fullmatch(text.strip())
    if found is None or found[2] not in _MONTHS:
        raise BadAcceptDatetime(text)
    day, _, year, hour, minute, second = found.groups()
    month = _MONTHS.index(found[2]) + 1
    try:
        moment = datetime(
            int(year), month, int(day), int(hour), int(minute), int(second), tzinfo=UTC
        )
    except ValueError:
        raise BadAcceptDatetime(text) from None
    return f"{moment.isoformat()[:19]}.999999Z"


def _beyond(text: str | None) -> int:
    if text is None:
        return 0
    if not text.startswith("@") or not text[1:].isdigit() or not text.isascii() or len(text) > 19:
        raise BadFilter("beyond", text, "a position, as the TimeMap before has it")
    return int(text[1:])


def _memento(original: Original, version: Version, *roles: str) -> str:
    rel = " ".join((*roles, "memento"))
    return f'<{original.memento(version)}>; rel="{rel}"; datetime="{_http_date(version)}"'


def _http_date(version: Version) -> str:
    return http_date(datetime.fromisoformat(version.recorded_at))


def _absolute(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Clients of Memento compare URIs as texts, so ours are absolute everywhere."""
    return root() + located(path, pairs)


def _beside(what: str, path: str) -> str:
    return path.replace("/v1/", f"/v1/{what}/", 1)
