"""An immutable URL never changes, whatever is done to the file of the log."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from events.errors import LogReplaced
from events.store.noted import NotedHead
from projections import VIEW
from service.app import create_app
from service.archive import LOG, Archive
from service.archive.keys import KEYS, Keyring
from service.cli.command import annales
from tests.service.asked import ASK_AGAIN, FOREVER
from tests.story.telling import JUNO, SOURCE, Clock, Teller, facility, milestone, plan


def run(folder: Path, *words: str) -> Result:
    """Run `annales` on a folder."""
    return CliRunner().invoke(annales, ["--data", str(folder), *words])


def done(folder: Path, *words: str) -> str:
    """What a command prints that succeeds."""
    result = run(folder, *words)
    assert result.exit_code == 0, result.output
    return result.stdout


def told(folder: Path, name: str, *, many: int = 1) -> None:
    """Record some facilities of a name, a commit each."""
    with Archive(folder, clock=Clock()) as archive:
        teller = Teller(archive, Clock())
        for number in range(many):
            teller.tell(facility(f"f{number}", name=name))


def key_of(folder: Path) -> str:
    """A new key of a curator."""
    with closing(Keyring(folder)) as ring:
        return ring.issue(name="x", role="curator", by="wang")


@contextmanager
def asked(folder: Path) -> Iterator[FlaskClient]:
    """A client of the service of a folder."""
    with Archive(folder, clock=Clock()) as archive:
        archive.catch_up()
        yield create_app(archive).test_client()


def get(folder: Path, path: str, **headers: str) -> TestResponse:
    """An answer."""
    with asked(folder) as client:
        return client.get(path, headers=headers)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a log that ends at @2, with a copy of it outside, and then at @7."""
    folder = tmp_path / "folder"
    with Archive(folder, clock=Clock()) as archive:
        teller = Teller(archive, Clock())
        teller.tell(SOURCE)
        teller.tell(JUNO)
    shutil.copy(folder / LOG, tmp_path / "earlier.sqlite")
    told(folder, "one", many=5)
    return folder


@pytest.fixture
def replaced(folder: Path) -> Path:
    """The folder after the copy was put back."""
    shutil.copy(folder.parent / "earlier.sqlite", folder / LOG)
    return folder


PATH = "/v1/records/f4?at=2026-11-25&stated=2026-11-25&known=@7"


def test_an_older_log_that_was_copied_back_gives_no_address_again(folder: Path) -> None:
    """It is refused; in another epoch the address of what it tells is another, with another tag,
    and the address of what was told before is gone."""
    before = get(folder, PATH)
    pinned, tag = before.headers["Content-Location"], before.headers["ETag"]
    of_old = before.get_json()["pinned"]
    assert before.status_code == 200
    early = get(folder, "/v1/records/juno?known=@2").headers["Content-Location"]
    was = get(folder, early)

    shutil.copy(folder.parent / "earlier.sqlite", folder / LOG)
    for words in (("serve", "--port", "0"), ("state",), ("export",), ("verify",), ("migrate",)):
        refused = run(folder, *words)
        assert (refused.exit_code, "--new-epoch" in refused.stderr) == (3, True), words

    assert "Epoch 2 begins beyond @2" in done(folder, "migrate", "--new-epoch")
    told(folder, "two", many=5)

    gone = get(folder, of_old)
    assert (gone.status_code, gone.get_json()["type"]) == (410, "/problems/old-epoch")
    current = gone.get_json()["current"]
    assert current == pinned.replace("&view=", "&epoch=2&view=")
    assert get(folder, f"{of_old}&epoch=1").status_code == 410

    now = get(folder, current)
    assert (now.status_code, now.headers["Cache-Control"]) == (200, FOREVER)
    assert now.get_json()["card"]["name"] == "two"
    assert now.headers["ETag"].startswith('"e2.r1.7.')
    assert get(folder, PATH, **{"If-None-Match": tag}).status_code == 200
    assert get(folder, PATH).headers["Content-Location"] == current

    still = get(folder, early)
    assert (still.data, still.headers["ETag"]) == (was.data, was.headers["ETag"])
    assert still.headers["Cache-Control"] == FOREVER


def test_an_epoch_that_is_named_is_that_of_the_answer(replaced: Path) -> None:
    """A later one is refused, and the first one may be named, but pins nothing."""
    done(replaced, "migrate", "--new-epoch")
    told(replaced, "two")
    with asked(replaced) as client:
        assert client.get("/v1/state?epoch=3").status_code == 422
        assert client.get("/v1/state?epoch=0").status_code == 422
        assert client.get("/v1/state?epoch=x").status_code == 422
        assert client.get("/v1/state?epoch=2").status_code == 200
        assert client.get("/v1/state?known=@2&epoch=2").status_code == 422
        named = client.get(
            f"/v1/state?at=2020-01-01&stated=2020-01-01&known=@2&epoch=1&view={VIEW}"
        )
    assert (named.status_code, named.headers["Cache-Control"]) == (200, ASK_AGAIN)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/state",
        "/v1/records/juno",
        "/v1/records/juno/history",
        "/v1/diff?known=@2&to_known=@3",
        "/v1/activity",
        "/v1/feeds/csv",
        "/v1/feeds/atom",
        "/v1/follows?of=/v1/state",
    ],
)
def test_every_address_beyond_it_names_the_epoch(replaced: Path, path: str) -> None:
    """Whatever the question; what it gives as pinned is pinned, and is gone without the epoch."""
    done(replaced, "migrate", "--new-epoch")
    told(replaced, "two")
    with asked(replaced) as client:
        response = client.get(path)
        pinned = response.headers["Content-Location"]
        assert "&epoch=2&view=" in pinned
        assert response.headers["ETag"].startswith('"e2.')
        whole = client.get(pinned)
        assert (whole.status_code, whole.data) == (200, response.data)
        assert whole.headers["Cache-Control"] == FOREVER
        assert client.get(pinned.replace("&epoch=2", "")).status_code == 410


def test_a_page_and_its_links_keep_the_epoch(replaced: Path) -> None:
    """The page is pinned as its answer is; a citation names the page that is there."""
    done(replaced, "migrate", "--new-epoch")
    told(replaced, "two")
    with asked(replaced) as client:
        page = client.get("/records/juno").get_data(as_text=True)
        assert "&amp;epoch=2&amp;view=" in page
        cited = json.loads(client.get("/v1/records/juno.csl.json").data)[0]["URL"]
        address = "/" + cited.split("/", 3)[3]
        assert "&epoch=2&view=" in address
        pinned = client.get(address)
        assert (pinned.status_code, pinned.headers["Cache-Control"]) == (200, FOREVER)


@pytest.mark.parametrize("path", ["/", "/state", "/records/f0", "/slips", "/activity"])
def test_a_link_from_page_to_page_names_no_epoch(replaced: Path, path: str) -> None:
    """It leads to the present answer, or says at which `known`; just what is pinned names one."""
    done(replaced, "migrate", "--new-epoch")
    with Archive(replaced, clock=Clock()) as archive:
        Teller(archive, Clock()).tell(
            facility("f0"),
            milestone("run", "operation-started", "2020", facility="f0"),
            plan("up", "upgraded", "2021", stated="2018", facility="f0"),
        )
    page = get(replaced, path).get_data(as_text=True)
    assert "epoch=2&amp;view=" in page
    assert re.findall(r"epoch=\d+(?!&amp;view=)", page) == []


def test_a_page_of_what_is_followed_is_pinned_in_the_epoch_of_its_end(replaced: Path) -> None:
    """Its address is gone without that; the next page has no epoch before it is read."""
    done(replaced, "migrate", "--new-epoch")
    told(replaced, "two", many=5)
    with asked(replaced) as client:
        first = client.get(f"/v1/follows?of=/v1/records&limit=2&view={VIEW}")
        assert (first.status_code, first.headers["Cache-Control"]) == (410, "no-store")
        cut = client.get(first.get_json()["current"])
        assert (cut.status_code, cut.headers["Cache-Control"]) == (200, FOREVER)
        assert "&epoch=2&view=" in first.get_json()["current"]
        following = client.get(cut.get_json()["next"])
        assert (following.status_code, following.headers["Cache-Control"]) == (200, ASK_AGAIN)
        early = client.get(f"/v1/follows?of=/v1/records&limit=1&view={VIEW}")
        assert (early.status_code, early.headers["Cache-Control"]) == (200, FOREVER)


def test_what_has_no_pin_is_asked_for_again_in_a_later_epoch(replaced: Path) -> None:
    """Pages of changes beyond the place, and the lists of mementos, by other tags than before."""
    done(replaced, "migrate", "--new-epoch")
    told(replaced, "two", many=5)
    with asked(replaced) as client:
        before = client.get("/v1/changes?limit=2")
        beyond = client.get("/v1/changes?limit=2&lastEventId=2")
        assert before.headers["Cache-Control"] == FOREVER
        assert beyond.headers["Cache-Control"] == ASK_AGAIN
        assert before.headers["ETag"].startswith('"c2.')
        assert beyond.headers["ETag"].startswith('"e2.c4.')
        assert client.get("/v1/timemap/records/juno").headers["ETag"].startswith('"m2.')
        assert client.get("/v1/timemap/records/f0").headers["ETag"].startswith('"e2.m3.')


def test_a_revision_that_was_read_in_an_epoch_that_is_over_changes_nothing(folder: Path) -> None:
    """The tag of it is stale, though the record is at that revision again."""
    with asked(folder) as client:
        tag = client.get("/v1/records/f0").headers["ETag"]
        juno = client.get("/v1/records/juno?known=@2").headers["ETag"]
    shutil.copy(folder.parent / "earlier.sqlite", folder / LOG)
    done(folder, "migrate", "--new-epoch")
    told(folder, "two", many=5)
    key = key_of(folder)
    body = {"changes": {"name": "Another"}, "reason": "typo"}
    with asked(folder) as client:

        def amended(record: str, tag: str) -> int:
            return client.post(
                f"/v1/records/{record}/amendments",
                json=body,
                headers={"Authorization": f"Bearer {key}", "If-Match": tag},
            ).status_code

        assert amended("f0", tag) == 412
        assert amended("f0", client.get("/v1/records/f0").headers["ETag"]) == 201
        assert amended("juno", juno) == 201


def test_a_service_under_which_the_log_is_replaced_answers_503(folder: Path) -> None:
    """No question, no order, and it is not ready; when the right log is back, all goes on."""
    key = key_of(folder)
    order = {"headers": {"Authorization": f"Bearer {key}"}, "json": facility("later")}
    with asked(folder) as client:
        assert client.get("/v1/state").status_code == 200
        (folder / LOG).rename(folder / "right.sqlite")
        shutil.copy(folder.parent / "earlier.sqlite", folder / LOG)
        told = client.get("/v1/state")
        assert (told.status_code, told.get_json()["type"]) == (503, "/problems/log-replaced")
        assert client.post("/v1/records", **order).status_code == 503
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert "log.sqlite" in ready.get_data(as_text=True)
        assert client.get("/healthz").status_code == 200
        (folder / "right.sqlite").replace(folder / LOG)
        assert client.get("/readyz").status_code == 200
        assert client.post("/v1/records", **order).status_code == 201


def test_a_log_that_is_behind_what_another_process_recorded_is_not_ready(folder: Path) -> None:
    """This one has not seen the head that is noted, so it looks at the note; nor does it record."""
    key = key_of(folder)
    order = {"headers": {"Authorization": f"Bearer {key}"}, "json": facility("later")}
    with asked(folder) as client:
        note = NotedHead(folder / LOG)
        noted = note.read()
        assert noted is not None
        note.write(noted._replace(position=8))
        ready = client.get("/readyz")
        assert (ready.status_code, "@8 was recorded" in ready.get_data(as_text=True)) == (503, True)
        assert client.post("/v1/records", **order).status_code == 503
        note.write(noted)
        assert client.get("/readyz").status_code == 200
        assert client.post("/v1/records", **order).status_code == 201


def test_older_keys_that_were_copied_back_are_refused(folder: Path) -> None:
    """In them a key that was revoked would be in force."""
    key_of(folder)
    shutil.copy(folder / KEYS, folder.parent / KEYS)
    with closing(Keyring(folder)) as ring:
        [id] = ring.all()
        ring.revoke(id, by="wang")
    shutil.copy(folder.parent / KEYS, folder / KEYS)
    with pytest.raises(LogReplaced, match=r"keys\.sqlite"):
        Archive(folder)
    assert run(folder, "keys", "list").exit_code == 3
    done(folder, "migrate", "--new-epoch")
    assert "x" in done(folder, "keys", "list")


def test_a_copy_of_the_log_alone_answers_in_its_epochs(replaced: Path, tmp_path: Path) -> None:
    """A copied log has them in it; an export and its restore keep them to the letter."""
    done(replaced, "migrate", "--new-epoch")
    told(replaced, "two")
    pinned = get(replaced, "/v1/state").headers["Content-Location"]
    here = get(replaced, pinned)

    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(replaced / LOG, copy / LOG)
    export, restored = tmp_path / "export.jsonl", tmp_path / "restored"
    done(replaced, "export", str(export))
    done(restored, "restore", str(export))
    for folder in (copy, restored):
        there = get(folder, pinned)
        assert (there.data, there.headers["ETag"]) == (here.data, here.headers["ETag"])
    assert done(restored, "export").encode() == export.read_bytes()
    assert json.loads(done(restored, "verify", "--json"))["whole"] is True


def test_an_export_of_one_epoch_says_nothing_of_epochs(folder: Path) -> None:
    """So it has the bytes that it always had."""
    assert "epoch" not in done(folder, "export")


def test_an_export_that_is_cut_off_before_an_epoch_is_refused(
    replaced: Path, tmp_path: Path
) -> None:
    """It tells of an epoch that began later than it ends."""
    done(replaced, "migrate", "--new-epoch")
    cut = tmp_path / "cut.jsonl"
    cut.write_text(done(replaced, "export").splitlines()[0] + "\n")
    refused = run(tmp_path / "restored", "restore", str(cut))
    assert (refused.exit_code, "epoch began at @2" in refused.stderr) == (3, True)


# --- a restore to a position


@pytest.fixture
def export(folder: Path) -> Path:
    """An export of the log, which ends at @7 and goes on to @9 with a batch of the next day."""
    with Archive(folder, clock=Clock("2026-11-26T12:00:00.000000Z")) as archive:
        teller = Teller(archive, Clock())
        teller.tell(facility("late"), facility("later"))
    file = folder.parent / "export.jsonl"
    done(folder, "export", str(file))
    return file


@pytest.mark.parametrize(
    ("to", "head"),
    [("@5", 5), ("@8", 7), ("@9", 9), ("2026-11-25T23:59:59Z", 7), ("2027-01-01T00:00:00Z", 9)],
)
def test_a_restore_to_a_position_ends_with_its_commit_and_begins_an_epoch(
    export: Path, tmp_path: Path, to: str, head: int
) -> None:
    """A place inside a batch means the commit before; an instant the last commit by then."""
    restored = tmp_path / "restored"
    told = json.loads(done(restored, "restore", str(export), "--to", to, "--json"))
    assert told == {"position": f"@{head}"}
    with Archive(restored) as archive:
        [epoch] = archive.chronicle.log.epochs()
        assert (epoch.number, epoch.began) == (2, head)
    whole = [json.loads(line) for line in export.read_text().splitlines()]
    kept = [json.loads(line) for line in done(restored, "export").splitlines()]
    assert kept[0]["commit"].pop("epochs")[0]["began"] == head
    assert kept == whole[:head]


def test_a_restore_to_what_the_export_does_not_reach_is_refused(
    export: Path, tmp_path: Path
) -> None:
    """Nothing is left behind; what is no moment is wrong usage."""
    restored = tmp_path / "restored"
    assert run(restored, "restore", str(export), "--to", "@10").exit_code == 1
    assert run(restored, "restore", str(export), "--to", "2026").exit_code == 2
    assert not (restored / LOG).exists()


def test_a_restore_to_a_position_gives_the_number_of_no_epoch_again(
    export: Path, tmp_path: Path
) -> None:
    """Neither of one that began later in the export, nor of one that its folder had."""
    first, second = tmp_path / "first", tmp_path / "second"
    done(first, "restore", str(export), "--to", "@7")
    file = tmp_path / "second.jsonl"
    done(first, "export", str(file))
    done(second, "restore", str(file), "--to", "@5")
    with Archive(second) as archive:
        epochs = [(epoch.number, epoch.began) for epoch in archive.chronicle.log.epochs()]
    assert epochs == [(2, 5), (3, 5)]


def test_a_restore_where_there_was_more_is_refused_but_in_another_epoch(
    folder: Path, export: Path
) -> None:
    """An older export would give the places again that the lost log had given."""
    older = folder.parent / "older.jsonl"
    older.write_text("".join(export.read_text().splitlines(keepends=True)[:7]))
    (folder / LOG).unlink()
    refused = run(folder, "restore", str(older))
    assert (refused.exit_code, "@9 was recorded" in refused.stderr) == (3, True)
    assert not (folder / LOG).exists()
    done(folder, "restore", str(older), "--new-epoch")
    (folder / LOG).unlink()
    (folder / "log.head").unlink()
    done(folder, "restore", str(export))
    with Archive(folder) as archive:
        assert archive.chronicle.log.epochs() == ()
