"""The configurations in deploy/cluster, with the places and names of this cluster in them.

What is replaced is what their reader replaces too. What stands nowhere in them is an error, so that
they are always those that are run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.command import HERE
from cluster import programs
from cluster.places import Place, Ports

SHIPPED = HERE / "deploy" / "cluster"

HOSTS = ("10.0.0.11", "10.0.0.12", "10.0.0.13")
"""Those of the nodes, as they stand there."""

SMALL = """shared_buffers: 64MB
        max_wal_size: 256MB
        dynamic_shared_memory_type: mmap"""
"""Memory for a play; what is shared lies in the folder, which is gone afterwards."""

PASSWORDS = ("CHANGE-superuser", "CHANGE-replication", "CHANGE-rewind")


class Site(NamedTuple):
    """The places of all nodes, the number of one of them, and the ports."""

    places: Sequence[Place]
    number: int
    ports: Ports


def of_etcd(site: Site, data: Path) -> Mapping[str, str]:
    """The variables of etcd on a node."""
    places, number, ports = site
    text = of_a_node("etcd.env", places, number)
    text = replaced(
        text,
        {
            "ETCD_NAME=one": f"ETCD_NAME={places[number].name}",
            ":2379": f":{ports.etcd}",
            ":2380": f":{ports.peers}",
            "/var/lib/etcd/annales": str(data),
        },
    )
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def of_patroni(
    site: Site,
    data: Path,
    network: str,
    settings: Mapping[str, str],
) -> str:
    """Patroni's configuration of a node; `settings` is more that is to be replaced."""
    places, number, ports = site
    name = places[number].name
    return replaced(
        of_a_node("patroni.yml", places, number),
        {
            "name: one": f"name: {name}",
            ":2379": f":{ports.etcd}",
            ":5432": f":{ports.postgresql}",
            ":8008": f":{ports.patroni}",
            "/usr/lib/postgresql/17/bin": str(programs.postgresql()),
            "/var/lib/postgresql/17/annales": str(data),
            "/var/lib/postgresql/pgpass-of-patroni": str(data.parent / "pgpass"),
            "/var/run/postgresql": str(data.parent),
            "10.0.0.0/24": network,
            # Here are no gigabytes to spare, and no device that would take the machine down.
            "shared_buffers: 1GB": SMALL,
            "mode: automatic": "mode: 'off'",
            **settings,
        },
    )


def of_haproxy(places: Sequence[Place], ports: Ports, certificate: Path, host: str) -> str:
    """The configuration of HAProxy before the nodes, which listens on a host."""
    hosts = {old: place.outside for old, place in zip(HOSTS, places, strict=True)}
    text = _replaced_at_once((SHIPPED / "haproxy.cfg").read_text("utf-8"), hosts)
    return replaced(
        text,
        {
            "bind :80\n": f"bind {host}:{ports.http}\n",
            "bind :443 ": f"bind {host}:{ports.https} ",
            "/etc/haproxy/annales.pem": str(certificate),
            ":8000": f":{ports.annales}",
        },
    )


def replaced(text: str, by: Mapping[str, str]) -> str:
    """A text with some words in the place of others. Raises LookupError for words that it lacks."""
    for old, new in by.items():
        if old not in text:
            raise LookupError(f"a configuration of the cluster has no {old!r}")
        text = text.replace(old, new)
    return text


def of_a_node(file: str, places: Sequence[Place], number: int) -> str:
    """A file of the first node as it is on another: its own addresses, and the list of all."""
    text = (SHIPPED / file).read_text("utf-8")
    own, everybody = places[number].inside, [place.inside for place in places]
    lines = []
    for line in text.splitlines():
        # Only lists of all nodes name the others.
        others = HOSTS[1] in line
        hosts = dict(zip(HOSTS, everybody if others else [own] * 3, strict=True))
        lines.append(_replaced_at_once(line, hosts))
    return "\n".join(lines) + "\n"


def _replaced_at_once(text: str, by: Mapping[str, str]) -> str:
    """So that what comes into the text is not replaced again."""
    return re.sub("|".join(map(re.escape, by)), lambda found: by[found[0]], text)
