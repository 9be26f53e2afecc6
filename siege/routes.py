"""Every route, asked by everyone, by a key of each role, and by keys that are revoked, expired or
wrong.

Whoever may not is told so, and nobody else is. The routes are those of the app, with the role that
each names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from http.client import HTTPConnection
from typing import NamedTuple

from service.app import create_app
from service.archive import Archive
from service.archive.keys import ROLES, Keyring
from service.web.access import role_needed
from siege.attack import Bar, Tooth, none, told
from siege.ground import Ground
from siege.server import HOST, PATIENCE, UNLIMITED, Server, served

EARLIER = "2020-01-01T00:00:00Z"


class Route(NamedTuple):
    """A method and a path, and the role that they need."""

    method: str
    path: str
    needed: str | None


def run(ground: Ground) -> Iterator[Bar]:
    """Where everyone reads, and where reading needs a key; the short form asks the latter."""
    for read in ground.many(short=("key",), long=("key", "public")):
        with served(ground.shipped(read), ANNALES_READ=read, **UNLIMITED) as server:
            yield from _asked(server, _keys(server), open_reads=read == "public")


def _asked(server: Server, keys: Mapping[str, str | None], *, open_reads: bool) -> Iterator[Bar]:
    routes = _routes(server)
    let_in, shut_out = [], []
    for number, (identity, key) in enumerate(keys.items()):
        for route, status in zip(routes, _statuses(server, routes, key, number), strict=True):
            may = _may(identity, route.needed, open_reads=open_reads)
            case = f"{route.method} {route.path} as {identity}: {status}"
            if not may and status not in (401, 403):
                let_in.append(case)
            if may and status in (401, 403, 500):
                shut_out.append(case)
    reads = "public" if open_reads else "with a key"
    yield told(f"routes, identities where reading is {reads}", f"{len(routes)}, {len(keys)}")
    yield none(f"let in who may not, {reads}", len(let_in))._replace(
        measured="; ".join(let_in[:5]) or "0"
    )
    yield none(f"shut out who may, {reads}", len(shut_out))._replace(
        measured="; ".join(shut_out[:5]) or "0"
    )


def _routes(server: Server) -> list[Route]:
    """Every route of the app."""
    with Archive(server.folder) as archive:
        app = create_app(archive)
        return [
            Route(
                method,
                re.sub(r"<[^>]+>", "nothing", re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule)),
                role_needed(app.view_functions[rule.endpoint]),
            )
            for rule in app.url_map.iter_rules()
            for method in sorted({"GET", "POST"} & (rule.methods or set()))
        ]


def _keys(server: Server) -> dict[str, str | None]:
    """A key of each identity, made while the server runs."""
    with closing(Keyring(server.folder)) as ring:
        keys = {role: ring.issue(name=role, role=role, by="siege") for role in ROLES}
        revoked = ring.issue(name="revoked", role="admin", by="siege")
        ring.revoke(revoked.split("_")[1], by="siege")
        return {
            "everyone": None,
            **keys,
            "revoked": revoked,
            "expired": ring.issue(name="expired", role="admin", by="siege", expires_at=EARLIER),
            "wrong": keys["admin"][:-1] + ("A" if keys["admin"][-1] != "A" else "B"),
        }


def _may(identity: str, needed: str | None, *, open_reads: bool) -> bool:
    """What the rules say: a route that names no role is open to nobody."""
    if identity not in (*ROLES, "everyone") or needed is None:
        return False
    if needed == "open" or (needed == "reader" and open_reads):
        return True
    return identity in ROLES and ROLES.index(identity) >= ROLES.index(needed)


def _statuses(server: Server, routes: list[Route], key: str | None, number: int) -> Iterator[int]:
    """What each route answers to a key, over one connection."""
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    with closing(
        HTTPConnection(
            HOST, server.port, timeout=PATIENCE, source_address=(f"127.0.3.{number + 1}", 0)
        )
    ) as http:
        for route in routes:
            http.request(route.method, route.path, headers=headers)
            answer = http.getresponse()
            answer.read()
            yield answer.status


def _every_key_may(ground: Ground) -> Iterator[Bar]:
    """A server whose keys open everything."""
    broken = "from service.archive.keys import Identity; Identity.may = lambda self, role: True"
    with served(ground.shipped(), before=broken, ANNALES_READ="key", **UNLIMITED) as server:
        yield from _asked(server, {"reader": _keys(server)["reader"]}, open_reads=False)


TEETH = {
    "every key opens everything": Tooth(_every_key_may, misses="let in who may not, with a key")
}
