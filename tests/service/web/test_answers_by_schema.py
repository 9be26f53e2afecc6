"""Every answer about the chronicle that ships is one that `/openapi.json` allows.

The chronicle of the first release, which the rest of the suite asks, has less to a line: no class
of a facility, no card of a series. So each kind of record is asked for here, as it ships.
"""

from __future__ import annotations

from collections.abc import Iterator

import jsonschema
import pytest

from events.orders import orders
from service.app import create_app
from service.archive import Archive
from service.data import CHRONICLE
from service.feeds import FEEDS
from service.feeds.feed import Feed
from tests.service.asked import DESCRIPTION, PATHS, QUESTIONS, Asked, Reader, url

RECORDS = (
    "juno",
    "cern-lhc",
    "fcc",
    "us-china-science-agreement",
    "rd-share-of-gdp",
    "grb-13tev",
)
"""A facility, one of another country, one that was only promised, and each other kind."""

CLOCKS: tuple[dict[str, str], ...] = (
    {},
    {"at": "2013", "stated": "2016"},
    {"at": "2030", "stated": "2024"},
    {"during": "2024"},
    {"known": "@1232"},
    {"known": "@0"},
)


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Somebody who asks the chronicle that ships."""
    with Archive(tmp_path_factory.mktemp("as-it-ships")) as archive:
        archive.chronicle.restore(orders(CHRONICLE.read_bytes().splitlines()))
        archive.catch_up()
        yield Reader(create_app(archive))


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_every_answer_is_as_described(asker: Reader, asked: Asked) -> None:
    """Of each kind of record, at clocks before, within and after what was said."""
    of_records = "{id}" in asked.path and asked.path.startswith("/v1/records")
    paths = [asked.path.replace("{id}", id) for id in RECORDS] if of_records else [*asked.paths()]
    answered = 0
    schema = validator(asked.path, "application/json")
    for path in paths:
        for clocks in CLOCKS:
            if clocks.keys() <= asked.takes:
                answer = asker.ask(url(path, **{**asked.needed, **clocks}))
                if answer.status_code == 200:
                    schema.validate(answer.get_json())
                    answered += 1
    assert answered


@pytest.mark.parametrize("feed", [each for each in FEEDS if "json" in each.media_type])
def test_every_feed_is_as_described(asker: Reader, feed: Feed) -> None:
    """Those in JSON, of a country and at clocks of before."""
    schema = validator(feed.path, feed.media_type)
    for clocks in ({}, {"at": "2013", "stated": "2016"}, {"known": "@0"}):
        country = {"country": "CN"} if "country" in feed.takes else {}
        schema.validate(asker.ask(url(feed.path, **country, **clocks)).get_json())


def validator(path: str, media_type: str) -> jsonschema.Draft202012Validator:
    """A validator of what the description says that a path answers."""
    content = DESCRIPTION["paths"][path]["get"]["responses"]["200"]["content"]
    shape = content[media_type.partition(";")[0]]["schema"]
    return jsonschema.Draft202012Validator({"components": DESCRIPTION["components"], **shape})
