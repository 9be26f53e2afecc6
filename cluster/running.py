"""A cluster is brought up, and taken down again, however it comes to that."""

from __future__ import annotations

import json
import secrets
import shutil
import signal
import ssl
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from types import FrameType
from typing import Any

from cluster import configurations, programs
from cluster.nodes import Node, wait_until
from cluster.places import NAMES, Place, Ports, free_ports, on_loopback
from cluster.processes import Process, forget, kill_all
from events.ledger import signing
from service.archive import node as node_of

IN_MEMORY = Path("/dev/shm")  # noqa: S108 -- a folder of its own is made in it
ENOUGH = 6_000_000_000
"""Bytes that have to be free there."""

BEGINS = 180.0
"""Seconds in which a part of the cluster must have begun."""

ROLE = "annales"
"""The role as which nodes write to the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a cluster is to be. Where nothing is said: free ports, a folder in memory that is gone
    afterwards, the shipped chronicle, one process to each server, on the loopback."""

    first_port: int | None = None
    folder: Path | None = None
    """An empty folder, or one that is not there yet; it stays where it is named."""

    is_loaded: bool = True
    serve: tuple[str, ...] = ("--processes", "1")
    """The options of `annales serve`."""

    limits: bool = True
    """Whether servers and HAProxy have their limits by client."""

    replaced: Mapping[str, str] = field(default_factory=dict)
    """What stands in deploy/cluster/patroni.yml, and what is to stand there."""

    places: tuple[Place, ...] = field(default_factory=on_loopback)
    network: str = "127.0.0.0/8"
    front: str = "127.0.0.1"
    """Where HAProxy listens."""


class Cluster:
    """Three nodes and HAProxy before them."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        """Write all configurations into a folder; nothing runs yet."""
        self.folder, self.settings = folder, settings
        places = settings.places
        first = settings.first_port
        self.ports = free_ports(places) if first is None else Ports.beginning(first)
        self.key = ""
        self._password = secrets.token_urlsafe(16)
        self._superuser = secrets.token_urlsafe(16)
        self._passwords = {
            **{old: secrets.token_urlsafe(16) for old in configurations.PASSWORDS},
            configurations.PASSWORDS[0]: self._superuser,
        }
        programs.give(folder)
        self.certificate = _certificate(folder, settings.front)
        self.context = ssl.create_default_context(cafile=str(self.certificate))
        self.front = f"https://{settings.front}:{self.ports.https}"
        self.nodes = [self._node(number) for number in range(len(places))]
        path = folder / "haproxy.cfg"
        text = configurations.of_haproxy(places, self.ports, self.certificate, settings.front)
        if not settings.limits:
            unlimited = {"sc0_http_req_rate gt 600": "FALSE", "sc0_conn_cur gt 100": "FALSE"}
            text = configurations.replaced(text, unlimited)
        path.write_text(text, "utf-8")
        self.haproxy = Process("haproxy", programs.haproxy(path), folder, programs.environment())

    def _node(self, number: int) -> Node:
        place = self.settings.places[number]
        site = configurations.Site(self.settings.places, number, self.ports)
        folder = self.folder / place.name
        (folder / "annales").mkdir(parents=True, exist_ok=True)
        path = folder / "patroni.yml"
        text = configurations.of_patroni(
            site,
            folder / "postgresql",
            self.settings.network,
            {**self._passwords, **self.settings.replaced},
        )
        path.write_text(text, "utf-8")
        path.chmod(0o600)
        for each in (folder, path):
            programs.give(each)
        settings = {
            "ANNALES_LOG": self.address(),
            "ANNALES_URL": self.front,
            "ANNALES_PROXIES": "127.0.0.0/8,10.0.0.0/8",
        }
        if not self.settings.limits:
            settings |= {"ANNALES_ORDERS_LIMIT": "none", "ANNALES_QUESTIONS_LIMIT": "none"}
        return Node(
            place,
            self.ports,
            folder,
            self._superuser,
            etcd=configurations.of_etcd(site, folder / "etcd"),
            patroni=path,
            serve=self.settings.serve,
            settings=settings,
        )

    # --- what it is

    def address(self, role: str = ROLE) -> str:
        """The address of the log: all hosts, of which the one that takes commits is used."""
        password = self._password if role == ROLE else self._superuser
        port = self.ports.postgresql
        hosts = ",".join(f"{place.inside}:{port}" for place in self.settings.places)
        return f"postgresql://{role}:{password}@{hosts}/annales?target_session_attrs=read-write"

    def primary(self) -> Node:
        """The node that leads. Raises LookupError where none does."""
        for node in self.nodes:
            if node.is_primary():
                return node
        raise LookupError("no node leads")

    def primary_name(self) -> str | None:
        """The name of the node that leads; None where none does."""
        with suppress(LookupError):
            return self.primary().name
        return None

    def synchronous(self) -> Node:
        """The standby that has all that is acknowledged. Raises LookupError where none is."""
        for node in self.nodes:
            if node.is_synchronous():
                return node
        raise LookupError("no standby is synchronous")

    def is_whole(self) -> bool:
        """Whether one node leads, the others follow, one of them synchronously where that is asked
        for, and all servers keep up."""
        roles = [(node.is_primary(), node.is_standby()) for node in self.nodes]
        return (
            sum(leads for leads, _ in roles) == 1
            and sum(follows for _, follows in roles) == len(self.nodes) - 1
            and (not self._is_synchronous() or any(n.is_synchronous() for n in self.nodes))
            and all(node.is_ready() for node in self.nodes)
        )

    def wait_until_whole(self, seconds: float = BEGINS) -> float:
        """Wait until it is whole; returns after how many seconds. Raises TimeoutError."""
        return wait_until(self.is_whole, "the cluster is whole", seconds, 0.25)

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Change settings of Patroni for all of the cluster, as `patronictl edit-config` does."""
        node = self.primary()
        http = HTTPConnection(node.place.inside, node.ports.patroni, timeout=10)
        http.request("PATCH", "/config", json.dumps(settings))
        answer = http.getresponse()
        if answer.status != 200:
            raise ValueError(f"Patroni refuses {settings}: {answer.status} {answer.read()!r}")
        http.close()

    def _is_synchronous(self) -> bool:
        """Whether Patroni is to wait for a standby."""
        node = self.nodes[0]
        with suppress(OSError, ValueError):
            http = HTTPConnection(node.place.inside, node.ports.patroni, timeout=5)
            http.request("GET", "/config")
            return bool(json.loads(http.getresponse().read())["synchronous_mode"])
        return True

    def patronictl(self, *words: str) -> str:
        """What Patroni's command line says, on the first node. Raises ChildProcessError."""
        node = self.nodes[0]
        command = [*node.place.within, *programs.patronictl(node.configuration, *words)]
        return _ran(command, node.folder, programs.environment())

    def annales(self, node: Node, *words: str) -> str:
        """What `annales` says of a node's folder. Raises ChildProcessError."""
        command = [*node.place.within, *programs.annales(node.chronicle, *words)]
        own = programs.of_annales(ANNALES_LOG=self.address())
        return _ran(command, node.folder, own)

    # --- how it begins and ends

    def begin(self) -> None:
        """Bring it up, until a primary has its standby, all servers are ready and HAProxy sees
        them. Raises TimeoutError, ChildProcessError."""
        for node in self.nodes:
            node.etcd.begin()
            node.patroni.begin()
        # Without a standby nothing is acknowledged.
        wait_until(lambda: self.primary_name() is not None, "a primary", BEGINS)
        wait_until(lambda: any(n.is_synchronous() for n in self.nodes), "a standby", BEGINS)
        self._make_log()
        self._begin_servers()
        self.haproxy.begin()
        self.wait_until_whole()
        wait_until(self._answers, "HAProxy sees a node", BEGINS)

    def _make_log(self) -> None:
        owner = self.primary()
        for statement in (
            "CREATE DATABASE annales ENCODING 'UTF8' TEMPLATE template0",
            f"CREATE ROLE {ROLE} LOGIN PASSWORD '{self._password}'",
        ):
            owner.execute(statement, database="postgres")
        first = self.nodes[0]
        node_of.make(self.address("postgres"), role=ROLE)
        if self.settings.is_loaded:
            self.annales(first, "load-shipped")
        words = ("keys", "create", "--role", "curator", "--name", "cluster")
        self.key = self.annales(first, *words).split()[0]

    def _begin_servers(self) -> None:
        """Begin all servers. The key by which the log is signed is made by the first, and lies on
        each node, so that the log is signed whichever of them is lost."""
        first, *others = self.nodes
        first.serve.begin()
        if self.settings.is_loaded:
            path = first.chronicle / signing.CHECKPOINT
            wait_until(path.exists, "the first checkpoint", BEGINS)
            for node in others:
                for each in (signing.KEY, signing.PUBLIC):
                    shutil.copy2(first.chronicle / each, node.chronicle / each)
        for node in others:
            node.serve.begin()

    def _answers(self) -> bool:
        try:
            host, port = self.settings.front, self.ports.https
            http = HTTPSConnection(host, port, timeout=5, context=self.context)
            http.request("GET", "/readyz")
            return http.getresponse().status == 200
        except OSError:
            return False

    def words(self) -> str:
        """The last words of all that runs, for whoever looks for a fault."""
        return "\n".join([self.haproxy.said(), *(node.words() for node in self.nodes)])


@contextmanager
def running(settings: Settings | None = None) -> Iterator[Cluster]:
    """A cluster that is up, until the end of the block; nothing of it runs afterwards, also where
    SIGINT, SIGTERM or SIGHUP ends this program meanwhile."""
    settings = settings or Settings()
    with _ended_by_signals(), _folder(settings) as folder:
        try:
            cluster = Cluster(folder, settings)
            try:
                cluster.begin()
                yield cluster
            except (TimeoutError, ChildProcessError) as error:
                error.add_note(cluster.words())
                raise
        finally:
            take_down(folder)


def take_down(folder: Path) -> None:
    """Kill all that runs in the folder of a cluster, and let nothing of it be left in memory."""
    kill_all(folder)
    for name in NAMES:
        forget(folder / name / "postgresql")


@contextmanager
def _folder(settings: Settings) -> Iterator[Path]:
    if settings.folder is not None:
        settings.folder.mkdir(parents=True, exist_ok=True)
        yield settings.folder.resolve()
        return
    is_roomy = IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ENOUGH
    folder = Path(tempfile.mkdtemp(prefix="annales-", dir=IN_MEMORY if is_roomy else None))
    try:
        yield folder.resolve()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise, as SIGINT does, so that what is to be done at the end is."""

    def ended(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 -- of a handler
        raise SystemExit(128 + number)

    before = {each: signal.signal(each, ended) for each in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _certificate(folder: Path, host: str) -> Path:
    """A certificate with its key, for the time of a play."""
    path, key, certificate = folder / "annales.pem", folder / "key", folder / "crt"
    openssl = shutil.which("openssl") or "openssl"
    subject = ("-subj", f"/CN={host}", "-addext", f"subjectAltName=IP:{host}")
    made = ("-newkey", "rsa:2048", "-nodes", "-days", "30", "-keyout", str(key), "-out")
    _ran([openssl, "req", "-x509", *made, str(certificate), *subject], folder, None)
    path.write_text(certificate.read_text() + key.read_text())
    path.chmod(0o600)
    programs.give(path)
    return path


def _ran(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None) -> str:
    done = subprocess.run(  # noqa: S603 -- our own command lines
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ChildProcessError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done.stdout
