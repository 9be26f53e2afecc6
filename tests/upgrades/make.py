"""Makes a folder of this version, with what it answers: what later versions are held to.

Run from the checkout's root, once for a version that users have folders of:

    python -m tests.upgrades.make tests/upgrades/VERSION

README.md says what is in the folder.
"""

from __future__ import annotations

import json
import lzma
import sys
import tarfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from events.orders import Command, orders
from service.app import create_app
from service.archive import Archive
from service.cli.command import annales
from service.settings import Settings
from tests.service.asked import CHRONICLE, LINES, url
from tests.story.telling import Clock, command
from tests.upgrades.orders import commits

SHIPPED_AT = "2026-11-24T12:00:00.000000Z"
KEYS_AT = "2027-02-20T09:00:00.000000Z"
ORDERED_AT = "2027-02-21T09:00:00.000000Z"
ASKED_AT = "2027-03-01T12:00:00.000000Z"
"""When the test asks too; the key that expires has done so by then."""

ROLES = ("reader", "contributor", "curator", "admin")

RECORDS = (
    "juno",
    "cepc",
    "us-china-science-agreement",
    "rd-share-of-gdp",
    "up-facility-16",
    "up-chain-13",
)
STATEMENTS = ("juno-operation", "rd-2024-prelim", "up-rival-11", "up-step-16-approved")
SOURCES = ("ihep-hist", "up-source-17")

HEAD = "@{head}"
"""What stands for the last position, until it is known."""

POINTS: tuple[dict[str, str], ...] = (
    {"at": "2013", "stated": "2016", "known": "@1199"},
    {"at": "2025", "stated": "2016", "known": "@1350"},
    {"at": "2026-11-25", "stated": "2026-11-25", "known": HEAD},
)
LIST: dict[str, str] = {"at": "2026-11-25", "stated": "2026-11-25", "known": HEAD}
TREND: dict[str, str] = {"from": "2005", "to": "2026", "stated": "2026-11-25", "known": HEAD}
FEEDS = (
    "timelinejs",
    "vis-timeline",
    "vega-lite",
    "csv",
    "csv-metadata.json",
    "geojson",
    "facilities",
    "linked-places",
    "icalendar",
    "atom",
    "jsonfeed",
    "columns",
)
FORMS = ("jsonld", "ttl", "nq", "bib", "ris", "csl.json")
FOLLOWED = (
    "/v1/state?country=CN&at=2016&stated=2020",
    "/v1/records/up-facility-16?at=2016&stated=2020",
    "/v1/records/juno/timeline?at=2026&stated=2026",
    "/v1/statements/up-rival-11?at=2026&stated=2026",
    "/v1/sources/ihep-hist?at=2026&stated=2026",
    "/v1/slips?country=CN&stated=2026",
    "/v1/overdue?field=space&at=2026&stated=2026",
    "/v1/trends?from=2010&to=2020&stated=2026&country=CN",
    "/v1/hindsight?at=2024&stated=2016&to_stated=2026&field=fusion",
)


def questions() -> Iterator[str]:
    """What is asked: every question about the chronicle, all of its clocks given."""
    for point in POINTS:
        for path in ("/v1/state", "/v1/records", "/v1/slips", "/v1/overdue", "/v1/due"):
            yield url(path, **point)
            yield url(path, **point, country="CN", field="particle-physics")
        yield url("/v1/search", q="neutrino", **point)
        yield url("/v1/search", q="装置", **point)
        for id in RECORDS:
            for part in ("", "/timeline", "/history", "/slips"):
                yield url(f"/v1/records/{id}{part}", **point)
        for id in STATEMENTS:
            yield url(f"/v1/statements/{id}", **point)
        for id in SOURCES:
            yield url(f"/v1/sources/{id}", **point)
    yield from lists()
    yield from comparisons()
    yield from trends()
    yield from recorded()
    yield from forms()


def lists() -> Iterator[str]:
    """What lists take besides clocks, country and field."""
    yield url("/v1/state", during="2006", stated="2026-11-25", known=HEAD)
    yield url("/v1/state", **POINTS[1], expected="operating", limit="20")
    yield url("/v1/records", **LIST, near="39.9,116.4", radius="500", sort="name")
    yield url("/v1/records", **LIST, facets="kind,country,field,status", fields="name", limit="5")
    yield url("/v1/slips", **LIST, by="decade,country", sort="slip", outcome="late")


def comparisons() -> Iterator[str]:
    """Two points, or two sides."""
    for end in ({"at": "2024"}, {"at": "2024", "country": "CN", "field": "particle-physics"}):
        then = {"stated": "2016", "known": "@1350", "to_stated": "2026", "to_known": HEAD}
        yield url("/v1/hindsight", **end, **then)
    yield url("/v1/compare", **LIST, country="CN", to_country="US")
    yield url("/v1/compare", **LIST, record="juno", to_record="smile")
    yield url("/v1/compare", **POINTS[0], to_at="2025", to_known=HEAD)
    yield url("/v1/diff", **POINTS[0], to_at="2016", to_stated="2026", to_known=HEAD)
    yield url("/v1/diff", **LIST, to_known="@1199", country="CN")


def trends() -> Iterator[str]:
    """Every measure."""
    for more in (
        {"status": "operating", "by": "country", "country": "CN,US,JP"},
        {"region": "europe", "status": "operating,under-construction"},
        {"measure": "discoveries", "by": "field"},
        {"measure": "policies"},
        {"measure": "indicator", "series": "rd-share-of-gdp"},
        {"step": "month", "from": "2019", "to": "2020", "field": "fusion"},
        {"format": "csv", "by": "country"},
    ):
        yield url("/v1/trends", **{**TREND, **more})


def recorded() -> Iterator[str]:
    """The log, and what it altered of answers."""
    yield url("/v1/activity", **{"from": "@1199", "to": "@1300"})
    yield url("/v1/activity", **{"from": "@0", "to": HEAD}, actor="grace", limit="100")
    for of in FOLLOWED:
        yield url("/v1/follows", of=of, known=HEAD)
    yield url("/v1/changes", lastEventId="1199", limit="100", timeout="0")
    yield url("/v1/changes", lastEventId="1199", limit="50", timeout="0", kind="policy")


def forms() -> Iterator[str]:
    """The forms in which others read it."""
    for feed in FEEDS:
        about = {} if feed in ("atom", "jsonfeed") else {"field": "particle-physics"}
        yield url(f"/v1/feeds/{feed}", **LIST, **about, country="CN", lang="en", limit="60")
        yield url(f"/v1/feeds/{feed}", **LIST, record="juno", lang="zh")
    for form in FORMS:
        yield url(f"/v1/records/juno.{form}", **POINTS[0])
        yield url(f"/v1/records/up-chain-13.{form}", **LIST)


def requests() -> Iterator[dict[str, Any]]:
    """What is sent over HTTP by the bearer of the key of a role, under an idempotency key."""
    stone = {
        "type": "milestone",
        "id": "up-sent",
        "facility": "juno",
        "milestone": "upgraded",
        "modality": "planned",
        "date": "2031",
        "stated": "2027-02",
        "title": "JUNO to be upgraded",
        "sources": [{"id": "ihep-hist"}],
    }
    source = {"type": "source", "id": "up-sent", "medium": "book", "title": "A book, 一本书"}
    batch = [
        {**stone, "id": f"up-sent-{place}", "facility": "cepc", "title": place}
        for place in ("beijing", "qinhuangdao")
    ]
    fix = {"changes": {"date": "2032"}, "reason": "Misread."}
    away = {"reason": "Nobody said so."}
    amended = {"changes": {"title": "Another book"}, "reason": "Misspelt."}
    yield _request("contributor", "/v1/sources", source)
    yield _request("contributor", "/v1/statements", stone)
    yield _request("curator", "/v1/statements/up-sent/corrections", fix)
    yield _request("curator", "/v1/statements/up-sent/withdrawals", away)
    yield _request("curator", "/v1/statements/up-sent/reinstatements", away)
    yield _request("curator", "/v1/sources/up-sent/amendments", amended)
    yield _request("curator", "/v1/batches", *batch)


def _request(role: str, path: str, *lines: dict[str, Any]) -> dict[str, Any]:
    headers = {
        "Content-Type": "application/jsonl" if path == "/v1/batches" else "application/json",
        "Idempotency-Key": f"sent{path.replace('/', '-')}",
        "If-Match": "*",
        "X-Request-Id": "sent",
    }
    body = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    return {"role": role, "path": path, "headers": headers, "body": body}


OPENED = (
    ("GET", "/v1/records/juno?known=@1199", None),
    ("POST", "/v1/sources?dry_run=true", '{"type":"source","id":"n","medium":"b","title":"N"}'),
    ("POST", "/v1/statements/juno-operation/withdrawals?dry_run=true", '{"reason":"No."}'),
)
"""What a key is tried on: reading, recording, and changing what another recorded."""


def opens(app: Flask, key: str) -> list[int]:
    """The statuses that a key gets for each of `OPENED`, where even reading needs one."""
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "If-Match": "*",
    }
    client = app.test_client()
    return [
        client.open(path, method=method, data=body, headers=headers).status_code
        for method, path, body in OPENED
    ]


def make(into: Path) -> None:
    """Write the folder and what is held of it."""
    clock = Clock(SHIPPED_AT)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "folder"
        with Archive(folder, clock=clock) as archive:
            record(archive, clock)
            keys = with_keys(archive, clock)
            clock.set(ASKED_AT)
            archive.catch_up()
            head = archive.chronicle.log.head()
            assert head is not None
            client = create_app(archive).test_client()
            sent = resent(client, keys)
            answers = {}
            for question in questions():
                asked = question.replace("%40", "@").replace("@%7Bhead%7D", f"@{head.position}")
                response = client.get(asked)
                assert response.status_code in (200, 404), (asked, response.get_data())
                answers[asked] = response.get_data(as_text=True)
            closed = create_app(archive, Settings(data=folder, open_reads=False))
            opened = {name: opens(closed, key) for name, key in keys.items()}
        exported = CliRunner().invoke(annales, ["--data", str(folder), "export"])
        listed = CliRunner().invoke(annales, ["--data", str(folder), "keys", "list", "--json"])
        held = {
            "head": head.position,
            "asked_at": ASKED_AT,
            "export": sha256(exported.stdout_bytes).hexdigest(),
            "listed": json.loads(listed.stdout),
            "keys": {name: {"key": key, "opens": opened[name]} for name, key in keys.items()},
            "sent": sent,
        }
        into.mkdir(parents=True, exist_ok=True)
        (into / "folder.tar.xz").write_bytes(packed(folder))
        (into / "answers.json.xz").write_bytes(compressed(json.dumps(answers).encode()))
        (into / "held.json").write_text(
            json.dumps(held, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )


def record(archive: Archive, clock: Clock) -> None:
    """The chronicle of the first release as one commit, and the orders after it."""
    lines = tuple(orders(CHRONICLE.read_bytes().splitlines()))
    archive.chronicle.execute(Command(orders=lines, actor="ada", request="the-shipped-chronicle"))
    for told in commits(LINES):
        clock.set(told.instant)
        print_of = None if told.key is None else sha256(told.key.encode()).hexdigest()
        archive.chronicle.execute(
            command(
                *told.lines,
                actor=told.actor,
                request=told.request,
                key=told.key,
                fingerprint=print_of,
            )
        )


def with_keys(archive: Archive, clock: Clock) -> dict[str, str]:
    """Issue keys, send `requests` with them, and return the keys by what they are."""
    clock.set(KEYS_AT)
    ring = archive.keys
    keys = {role: ring.issue(name=f"{role} 李", role=role, by="ada") for role in ROLES}
    keys["revoked"] = ring.issue(name="mallory", role="admin", by="ada")
    keys["expired"] = ring.issue(
        name="guest", role="curator", by="ada", expires_at="2027-02-28T00:00:00Z"
    )
    clock.set(ORDERED_AT)
    ring.revoke(keys["revoked"].split("_")[1], by="ada")
    client = create_app(archive).test_client()
    for request in requests():
        response = send(client, request, keys[request["role"]])
        assert response.status_code == 201, response.get_data()
    return keys


def resent(client: FlaskClient, keys: Mapping[str, str]) -> list[dict[str, Any]]:
    """The same requests again, each with the answer that says what was recorded the first time."""
    answered = []
    for request in requests():
        response = send(client, request, keys[request["role"]])
        assert response.headers["Idempotency-Replayed"] == "true", response.get_data()
        answered.append({**request, "answer": response.get_data(as_text=True)})
    return answered


def send(client: FlaskClient, request: Mapping[str, Any], key: str) -> TestResponse:
    """Send one of `requests` with a key."""
    headers = {**request["headers"], "Authorization": f"Bearer {key}"}
    return client.post(request["path"], data=request["body"], headers=headers)


def packed(folder: Path) -> bytes:
    """The files of a folder that is closed."""
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(folder.iterdir()):
            about = tarfile.TarInfo(path.name)
            about.size, about.mode = path.stat().st_size, 0o644
            with path.open("rb") as file:
                tar.addfile(about, file)
    return compressed(buffer.getvalue())


def compressed(data: bytes) -> bytes:
    """As small as it gets."""
    return lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
