"""The configurations of a cluster agree with each other and with those of one machine.

`scripts/cluster` runs them; here is what can be seen without.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from cluster import configurations
from cluster.configurations import HOSTS, SHIPPED, Site
from cluster.places import NAMES, Place, Ports

HERE = Path(__file__).resolve().parent

PLACES = tuple(Place(name, host, host) for name, host in zip(NAMES, HOSTS, strict=True))

PORTS = Ports(2379, 2380, 5432, 8008, 8000, 80, 443)


def front_of(path: Path) -> str:
    """All of a configuration of HAProxy but what it says at first, and the nodes behind."""
    text = path.read_text("utf-8").partition("\nglobal\n")[2].partition("default_backend")[0]
    return text.replace("    use_backend behind if { nbsrv(annales) eq 0 }\n", "")


def test_before_a_cluster_stands_what_stands_before_one_machine() -> None:
    """Time-outs, limits and the cache are the same: only what is behind differs."""
    assert front_of(SHIPPED / "haproxy.cfg") == front_of(HERE / "haproxy" / "haproxy.cfg")


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("file", ["etcd.env", "patroni.yml"])
def test_a_container_makes_the_same_of_a_file_as_the_cluster_here(file: str, number: int) -> None:
    """Its own address stands where the first node's did, and the list of all is left alone."""
    place = PLACES[number]
    begin = (SHIPPED / "begin").read_text("utf-8")
    function = re.search(r"^of_this_node.*?^}", begin, re.MULTILINE | re.DOTALL)
    assert function
    made = subprocess.run(
        ["/bin/sh", "-c", f"{function[0]}\nof_this_node {SHIPPED / file}"],
        check=True,
        capture_output=True,
        text=True,
        env={"NODE": place.name, "ADDRESS": place.inside, "PATH": "/usr/bin:/bin"},
    ).stdout
    assert made == configurations.of_a_node(file, PLACES, number).replace(
        "ETCD_NAME=one", f"ETCD_NAME={place.name}"
    ).replace("\nname: one\n", f"\nname: {place.name}\n")


def test_the_settings_by_which_nothing_is_lost_stand_there() -> None:
    """Whoever changes one of them has to change this too."""
    patroni = yaml.safe_load((SHIPPED / "patroni.yml").read_text("utf-8"))
    shared = patroni["bootstrap"]["dcs"]
    assert shared["synchronous_mode"] is True
    assert shared["synchronous_mode_strict"] is True
    # In synchronous mode a bound on it keeps out the one that has all that was acknowledged.
    assert shared["maximum_lag_on_failover"] >= 2**30
    assert shared["loop_wait"] + 2 * shared["retry_timeout"] <= shared["ttl"]
    assert shared["postgresql"]["use_pg_rewind"] is True
    assert "data-checksums" in patroni["bootstrap"]["initdb"]


def test_etcd_of_a_node_knows_all_and_listens_at_its_own() -> None:
    """Its settings are variables."""
    settings = configurations.of_etcd(Site(PLACES, 1, PORTS), Path("/data"))
    assert settings["ETCD_NAME"] == "two"
    assert settings["ETCD_DATA_DIR"] == "/data"
    assert settings["ETCD_LISTEN_PEER_URLS"] == f"http://{HOSTS[1]}:2380"
    assert all(
        f"{each.name}=http://{each.inside}:2380" in settings["ETCD_INITIAL_CLUSTER"]
        for each in PLACES
    )


def test_what_a_configuration_does_not_say_cannot_be_replaced() -> None:
    """So that a cluster here never runs by what is not shipped."""
    with pytest.raises(LookupError, match="no 'such word'"):
        configurations.replaced("another word", {"such word": ""})


def test_compose_runs_the_same_three_nodes() -> None:
    """Each of etcd, Patroni and the server is there three times; what runs on a node shares its
    network."""
    services = yaml.safe_load((SHIPPED / "compose.yaml").read_text("utf-8"))["services"]
    for place in PLACES:
        etcd = services[f"etcd-{place.name}"]
        assert etcd["environment"] == {"NODE": place.name, "ADDRESS": place.inside}
        assert etcd["networks"]["inside"]["ipv4_address"] == place.inside
        for each in ("patroni", "serve"):
            assert services[f"{each}-{place.name}"]["network_mode"] == f"service:etcd-{place.name}"
