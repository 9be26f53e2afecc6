"""Who may ask what: every route against every identity, and keys that open nothing."""

from __future__ import annotations

import re
from itertools import cycle
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.archive import Archive
from service.archive.keys import KEYS, ROLES, BadKey, Key, Keyring, NoSuchKey
from service.settings import BadSetting, Settings
from service.web.access import role_needed
from service.web.sessions import COOKIE

LATER = "2030-01-01T00:00:00Z"
EARLIER = "2020-01-01T00:00:00Z"


@pytest.fixture
def keys(archive: Archive) -> dict[str, str]:
    """One key of each role, and some that open nothing."""
    issued = {role: archive.keys.issue(name=role, role=role, by="root") for role in ROLES}
    expired = archive.keys.issue(name="expired", role="admin", by="root", expires_at=EARLIER)
    revoked = archive.keys.issue(name="revoked", role="admin", by="root", expires_at=LATER)
    archive.keys.revoke(revoked.split("_")[1], by="root")
    wrong = issued["admin"][:-1] + ("A" if issued["admin"][-1] != "A" else "B")
    nothing = {
        "expired": expired,
        "revoked": revoked,
        "wrong secret": wrong,
        "unknown id": "annales_00000000_" + "x" * 43,
        "no key at all": "hello",
        "empty": "",
    }
    return {**issued, **nothing}


def bearer(keys: dict[str, str], identity: str) -> dict[str, str]:
    """The headers of a request by an identity."""
    return {} if identity == "everyone" else {"Authorization": f"Bearer {keys[identity]}"}


class Routed(NamedTuple):
    """A method and a path of the app, its blueprint, and the role that it needs: None for none."""

    method: str
    path: str
    blueprint: str
    needed: str | None


def paths(client: FlaskClient, *methods: str) -> list[Routed]:
    """Every path of the app with these methods."""
    app = client.application
    found = []
    for rule in app.url_map.iter_rules():
        role = role_needed(app.view_functions[rule.endpoint])
        one_of_some = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule)
        path = re.sub(r"<[^>]+>", "nothing", one_of_some)
        blueprint = rule.endpoint.partition(".")[0]
        found += [
            Routed(method, path, blueprint, role)
            for method in sorted({*methods} & (rule.methods or set()))
        ]
    return found


@pytest.mark.parametrize("open_reads", [True, False])
@pytest.mark.usefixtures("undrawn")
def test_every_route_lets_in_just_those_whose_role_is_enough(
    archive: Archive, keys: dict[str, str], open_reads: bool
) -> None:
    """Every method and path of the app against every identity: deny by default. Of the keys that
    open nothing each path is shown one, in turn."""
    settings = Settings(data=archive.folder, open_reads=open_reads)
    client = create_app(archive, settings).test_client()
    opens_nothing = cycle(sorted(keys.keys() - {*ROLES}))
    for method, path, _, needed in paths(client, "GET", "POST"):
        assert needed is not None, f"{method} {path} names no role: it is open to nobody"
        for identity in ("everyone", *ROLES, next(opens_nothing)):
            if path == "/v1/changes" and identity in ("everyone", *ROLES):
                continue  # it may answer for as long as it is listened to
            status = client.open(path, method=method, headers=bearer(keys, identity)).status_code
            if identity in ROLES:
                enough = needed == "open" or ROLES.index(identity) >= ROLES.index(needed)
                expected = {403} if not enough else None
            elif identity == "everyone":
                let_in = needed == "open" or (needed == "reader" and open_reads)
                expected = None if let_in else {401}
            else:
                expected = {401}
            told = f"{method} {path} as {identity} (needs {needed}) gave {status}"
            assert status in expected if expected else status not in (401, 403, 500), told


@pytest.mark.parametrize("open_reads", [True, False])
@pytest.mark.usefixtures("undrawn")
def test_a_session_is_meant_at_the_desk_and_reads_where_reading_needs_a_key(
    archive: Archive, keys: dict[str, str], open_reads: bool
) -> None:
    """Every method and path against every role that can sign in. Away from the desk it reads what
    a reader's key reads, and cites and suggests by the forms of pages; a frame and whatever is
    ordered answer as if nobody had signed in."""
    settings = Settings(data=archive.folder, open_reads=open_reads)
    client = create_app(archive, settings).test_client(use_cookies=False)
    sessions = client.application.extensions["annales.sessions"]
    for role in ("contributor", "curator", "admin"):
        who = archive.keys.identify(keys[role])
        secret, _ = sessions.begin(who)
        for method, path, blueprint, needed in paths(client, "GET", "HEAD", "POST"):
            if path == "/v1/changes":
                continue  # it may answer for as long as it is listened to
            cookie = {"Cookie": f"{COOKIE}={secret}"}
            status = client.open(path, method=method, headers=cookie).status_code
            told = f"{method} {path} in a session of a {role} gave {status}"
            if method == "POST" and blueprint == "desk":
                # The form lacks the token of the session; that for a key has one of its own.
                assert status == (422 if path == "/desk/sign-in" else 403), told
                continue
            if blueprint == "desk" and needed == "curator" and role == "contributor":
                assert status == 403, told
                continue
            everyone = needed == "open" or (needed == "reader" and open_reads)
            reads = method != "POST" and blueprint != "frames" and not open_reads
            reads = reads or path == "/cite" or blueprint == "suggesting"
            if everyone or blueprint == "desk" or (reads and needed == "reader"):
                assert status not in (401, 403, 500), told
            else:
                assert status == (403 if reads else 401), told


def test_what_a_session_reads_no_shared_cache_keeps(archive: Archive, keys: dict[str, str]) -> None:
    """Nor is it told from what a key reads. Where reads are open, a session changes nothing."""
    for open_reads in (True, False):
        settings = Settings(data=archive.folder, open_reads=open_reads)
        client = create_app(archive, settings).test_client(use_cookies=False)
        who = archive.keys.identify(keys["curator"])
        secret, _ = client.application.extensions["annales.sessions"].begin(who)
        signed_in = client.get("/state", headers={"Cookie": f"{COOKIE}={secret}"})
        by_key = client.get("/state", headers=bearer(keys, "reader"))
        scope = "public" if open_reads else "private"
        assert signed_in.headers["Cache-Control"] == f"{scope}, no-cache"
        assert signed_in.get_data() == by_key.get_data()


def test_answers_that_need_a_key_are_private(archive: Archive, keys: dict[str, str]) -> None:
    """A shared cache keeps none of them, not even pinned ones; open ones it may keep."""
    for open_reads, scope in ((False, "private"), (True, "public")):
        client = create_app(
            archive, Settings(data=archive.folder, open_reads=open_reads)
        ).test_client()
        head = client.get("/v1/state", headers=bearer(keys, "reader"))
        pinned = client.get(head.get_json()["pinned"], headers=bearer(keys, "reader"))
        assert head.headers["Cache-Control"] == f"{scope}, no-cache"
        assert pinned.headers["Cache-Control"] == f"{scope}, max-age=31536000, immutable"


def test_a_route_that_names_no_role_is_open_to_nobody(
    archive: Archive, keys: dict[str, str]
) -> None:
    """Deny by default: whoever forgets to say who may, lets nobody."""
    app = create_app(archive)
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = app.test_client().get("/forgotten", headers=bearer(keys, "admin"))
    assert answer.status_code == 403


def test_a_refused_key_is_told_how_to_ask(archive: Archive, keys: dict[str, str]) -> None:
    """401 carries WWW-Authenticate and is a problem."""
    answer = create_app(archive).test_client().get("/v1/state", headers=bearer(keys, "expired"))
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="annales"'
    assert answer.get_json()["type"] == "/problems/not-authenticated"


def test_only_the_digest_of_a_secret_is_kept(archive: Archive, keys: dict[str, str]) -> None:
    """No byte of any file of the folder holds a secret."""
    archive.catch_up()
    kept = b"".join(path.read_bytes() for path in sorted(Path(archive.folder).iterdir()))
    assert b"key-issued-v1" in kept
    for role in ROLES:
        assert keys[role].split("_", 2)[2].encode() not in kept


def test_keys_survive_a_restart_and_tell_who_made_them(tmp_path: Path) -> None:
    """The ring is a log: what was issued and revoked is read again, with when."""
    ring = Keyring(tmp_path)
    text = ring.issue(name="wang", role="curator", by="root")
    ring.close()
    again = Keyring(tmp_path)
    identity = again.identify(text)
    assert identity is not None
    assert (identity.name, identity.role) == ("wang", "curator")
    assert (tmp_path / KEYS).exists()
    again.revoke(identity.key or "", by="root")
    assert again.identify(text) is None
    again.close()


def test_a_key_revoked_by_another_process_opens_nothing_at_once(tmp_path: Path) -> None:
    """Two rings over one file see each other's keys with the next question."""
    here, there = Keyring(tmp_path), Keyring(tmp_path)
    text = here.issue(name="wang", role="curator", by="root")
    found = there.identify(text)
    assert found is not None
    here.revoke(found.key or "", by="root")
    assert there.identify(text) is None
    here.close()
    there.close()


def test_a_key_that_two_revoke_at_once_is_revoked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second is told that it is not in force."""
    here, there = Keyring(tmp_path), Keyring(tmp_path)
    id = here.issue(name="wang", role="curator", by="root").split("_")[1]
    late: list[str] = []

    def revoked_there() -> None:
        try:
            there.revoke(id, by="li")
        except NoSuchKey as refused:
            late.append(refused.id)

    other = Thread(target=revoked_there)

    def found() -> dict[str, Key]:
        keys = all_keys()
        other.start()
        other.join(0.5)
        return keys

    all_keys = here.all
    monkeypatch.setattr(here, "all", found)
    here.revoke(id, by="root")
    other.join()
    assert late == [id]
    here.close()
    there.close()


def test_what_cannot_be_a_key_is_not_made(tmp_path: Path) -> None:
    """Unknown roles, empty or unprintable names, and unknown ids are refused."""
    ring = Keyring(tmp_path)
    for name, role in (
        ("wang", "boss"),
        (" ", "reader"),
        ("a\nb", "reader"),
        ("x" * 101, "reader"),
    ):
        with pytest.raises(BadKey):
            ring.issue(name=name, role=role, by="root")
    with pytest.raises(NoSuchKey):
        ring.revoke("00000000", by="root")
    assert ring.all() == {}
    ring.close()


def test_settings_are_read_from_the_environment_or_refused(tmp_path: Path) -> None:
    """ANNALES_READ is public or key, and nothing else."""
    settings = Settings.of({"ANNALES_DATA": str(tmp_path), "ANNALES_READ": "key"})
    assert (settings.data, settings.open_reads) == (tmp_path, False)
    with pytest.raises(BadSetting):
        Settings.of({"ANNALES_READ": "sometimes"})
