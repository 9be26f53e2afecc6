"""What readers suggest, at the desk: taken as an order, mended before, or declined for a reason."""

from __future__ import annotations

from threading import Thread

import pytest
from eventsourcing.persistence import StoredEvent
from flask import Flask

from events.chronicle import Chronicle
from events.commit import NewCommit
from events.errors import NotWritten
from events.fact import Line
from events.orders import Command, Recorded
from service.archive.suggestions import Suggestion, SuggestionClosed
from tests.service.desk.browser import Browser
from tests.service.desk.story import head, key_of, page, recorded
from tests.story.telling import Teller, facility

WORDS = "The log book has the day before."

DAY_BEFORE = {
    "type": "correction",
    "statement": "juno-came",
    "changes": {"date": "2025-08-25"},
}

UPGRADED = {
    "type": "milestone",
    "id": "juno-upgraded-2026",
    "facility": "juno",
    "date": "2026-02",
    "milestone": "upgraded",
    "modality": "actual",
    "title": "More tubes",
}


def waits(told: Teller, *, where: str | None = None, **more: object) -> Suggestion:
    """A suggestion that waits."""
    line = {**DAY_BEFORE, **more}
    made, _ = told.archive.suggestions.suggest(
        line=line, reason=WORDS, where=where, stream="record:juno", revision=3,
        by="everyone", permit=lambda: None,
    )  # fmt: skip
    return made


def state(told: Teller, made: Suggestion) -> tuple[str, int | None, str | None]:
    """What became of it."""
    found = told.archive.suggestions.get(made.id)
    assert found is not None
    return found.state, found.recorded, found.answer


def test_the_queue_shows_what_each_would_change(grace: Browser, told: Teller) -> None:
    """From what to what, why, and where it can be read; the desk says how many wait."""
    waits(told, where="https://example.org/log")
    shown = grace.page("/desk/suggestions")
    for words in ("1 suggestion waits", WORDS, "26 August 2025", "25 August 2025"):
        assert shown.says(words), words
    assert grace.page("/desk").says("1 suggestion of a reader waits")
    text = grace.get("/desk/suggestions").text
    assert 'href="https://example.org/log" rel="external nofollow noreferrer ugc"' in text


def test_a_suggestion_is_taken_as_an_order_with_the_words_of_the_reader(
    grace: Browser, told: Teller
) -> None:
    """By one press: the commit is the curator's, and its request names the suggestion."""
    made = waits(told)
    looked = grace.get(f"/desk/suggestions/{made.id}")
    assert page(looked).says("What a reader suggests")
    answer = grace.record(looked)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/suggestions?recorded=5")
    assert recorded(told.archive, 4) == [{**DAY_BEFORE, "reason": WORDS, "by": "grace"}]
    commit = told.archive.chronicle.log.head()
    assert commit is not None
    assert commit.request == f"suggestion:{made.id}"
    assert state(told, made) == ("taken", 5, None)
    told.archive.catch_up()
    assert f'href="/suggestions/{made.id}"' in grace.get("/records/juno").text
    assert grace.page("/desk/suggestions?recorded=5").says("Taken, and recorded at @5.")
    assert grace.page(f"/desk/suggestions/{made.id}").says("it was recorded at @5")


def test_a_form_that_is_sent_twice_takes_it_once(grace: Browser, told: Teller) -> None:
    """And tells the same both times; another form of it is told that it is closed."""
    made = waits(told)
    looked, other = (grace.get(f"/desk/suggestions/{made.id}") for _ in range(2))
    places = [grace.record(looked).headers["Location"] for _ in range(2)]
    assert places == ["/desk/suggestions?recorded=5"] * 2
    closed = grace.record(other)
    assert closed.status_code == 409
    assert page(closed).says("Somebody was faster")
    assert page(closed).says("grace took it on 25 November 2026")
    assert head(told.archive) == 5


def test_what_somebody_else_declined_is_told_to_whoever_would_take_it(
    grace: Browser, told: Teller
) -> None:
    """By whom, when and why; and what one wrote is given back. Nothing is recorded."""
    made = waits(told)
    looked = grace.get(f"/desk/suggestions/{made.id}")
    told.archive.suggestions.decline(made.id, reason="It is a hoax.", by="li")
    form = page(looked).form("decline")
    again = [*page(looked).form("preview").fields, ("do", "preview")]
    answers = (
        grace.record(looked),
        grace.post(form.action, [*form.filled({"reason": "I doubt it."}), ("do", "decline")]),
        grace.post(form.action, again),
    )
    for answer in answers:
        assert answer.status_code == 409
        for words in ("Somebody was faster", "li declined it on 25 November 2026", "a hoax."):
            assert page(answer).says(words), words
        assert 'href="/desk/suggestions"' in answer.text
    assert page(answers[1]).says("I doubt it.")
    assert head(told.archive) == 4


def test_who_has_no_key_is_called_so(grace: Browser, told: Teller) -> None:
    """In the language of the page."""
    made = waits(told)
    for path in ("/desk/suggestions", f"/desk/suggestions/{made.id}"):
        assert grace.page(path).says("a reader without an account")
        assert grace.page(f"{path}?lang=zh").says("未登录的读者")


def test_what_is_missing_is_named(grace: Browser, told: Teller) -> None:
    """The reason, of one and of many."""
    made = waits(told)
    token = ("token", grace.page("/desk").forms[0].value("token"))
    one = grace.post(f"/desk/suggestions/{made.id}", [token, ("do", "decline")])
    assert page(one).says("Why not : It is missing.")
    many = grace.post("/desk/suggestions", [token, ("id", made.id), ("do", "decline")])
    assert page(many).says("Why those are declined : It is missing.")


def test_nobody_declines_what_is_being_taken(
    grace: Browser, told: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes in between waits, and is told that it was taken."""
    made = waits(told)
    looked = grace.get(f"/desk/suggestions/{made.id}")
    execute, found = Chronicle.execute, []

    def decline() -> None:
        try:
            told.archive.suggestions.decline(made.id, reason="No.", by="li")
        except SuggestionClosed as closed:
            found.append(closed.state)

    declining = Thread(target=decline)

    def slowly(chronicle: Chronicle, command: Command) -> Recorded:
        declining.start()
        declining.join(0.2)
        return execute(chronicle, command)

    monkeypatch.setattr(Chronicle, "execute", slowly)
    answer = grace.record(looked)
    declining.join(10)
    assert answer.headers["Location"] == "/desk/suggestions?recorded=5"
    assert found == ["taken"]
    assert state(told, made) == ("taken", 5, None)


def test_what_was_declined_meanwhile_is_not_recorded(grace: Browser, told: Teller) -> None:
    """The form says so, and nothing joins the log."""
    made = waits(told)
    looked = grace.get(f"/desk/suggestions/{made.id}")
    told.archive.suggestions.decline(made.id, reason="No.", by="li")
    answer = grace.record(looked)
    assert (answer.status_code, head(told.archive)) == (409, 4)


def test_a_suggestion_is_mended_before_it_is_taken(grace: Browser, told: Teller) -> None:
    """With other words, and a source that is entered with it: one commit of two events."""
    made = waits(told, where="https://example.org/log")
    form = grace.page(f"/desk/suggestions/{made.id}").form("preview")
    assert form.value("source.url") == "https://example.org/log"
    filled = form.filled(
        {
            "date": "2025-08-24",
            "why.reason": "By the log book.",
            "source.title": "The log book",
            "source.medium": "book",
        }
    )
    looked = grace.post(form.action, [*filled, ("do", "preview")])
    assert looked.status_code == 200, looked.text
    assert grace.record(looked).status_code == 303
    source, line = recorded(told.archive, 4)
    assert (source["type"], source["url"]) == ("source", "https://example.org/log")
    assert line["changes"] == {
        "date": "2025-08-24",
        "sources": [{"id": "yearbook"}, {"id": source["id"]}],
    }
    assert line["reason"] == "By the log book."
    assert state(told, made) == ("taken", 6, None)


@pytest.mark.parametrize(
    ("where", "member"), [("https://example.org/log", "url"), ("Log book, page 41", "title")]
)
def test_where_it_can_be_read_is_offered_as_a_source(
    grace: Browser, told: Teller, where: str, member: str
) -> None:
    """Before it is taken without: the form for a source is open, and has what the reader said."""
    made = waits(told, where=where)
    looked = grace.get(f"/desk/suggestions/{made.id}")
    assert page(looked).says("The reader says where it can be read, and it would not rest on that")
    assert page(looked).form("preview").value(f"source.{member}") == where
    assert '<details class="mending" open>' in looked.text
    assert '<details class="newsource" open>' in looked.text


def test_an_address_that_nobody_completes_is_no_source(grace: Browser, told: Teller) -> None:
    """What the reader named stands in the form, and may stay there."""
    made = waits(told, where="https://example.org/log")
    form = grace.page(f"/desk/suggestions/{made.id}").form("preview")
    looked = grace.post(form.action, [*form.fields, ("do", "preview")])
    assert grace.record(looked).status_code == 303
    assert "sources" not in recorded(told.archive, 4)[0]


def test_what_changed_meanwhile_is_told_before_it_is_taken(grace: Browser, told: Teller) -> None:
    """In the queue, where something else stands now in the place of what was to change; and where
    it came while one looked."""
    made = waits(told)
    looked = grace.get(f"/desk/suggestions/{made.id}")
    told.tell({**DAY_BEFORE, "changes": {"date": "2025-08-24"}, "reason": "Faster."})
    assert grace.page("/desk/suggestions").says("the record has changed since")
    stale = grace.record(looked)
    assert stale.status_code == 412
    assert page(stale).says("This changed while you were editing")
    assert state(told, made)[0] == "waiting"
    assert grace.record(stale).status_code == 303
    assert state(told, made)[0] == "taken"


def test_what_cannot_be_recorded_any_more_is_declined(grace: Browser, told: Teller) -> None:
    """Somebody recorded just that: the form says so, and offers to decline it."""
    made = waits(told)
    told.tell({**DAY_BEFORE, "reason": "Faster."})
    looked = grace.get(f"/desk/suggestions/{made.id}")
    assert looked.status_code == 422
    assert page(looked).says("The record says so already")
    assert page(looked).says("recorded it at @5, on")
    assert looked.text.index("Or decline it") < looked.text.index("Look at what would change")
    form = page(looked).form("decline")
    answer = grace.post(form.action, [*form.filled({"reason": "It is so."}), ("do", "decline")])
    assert answer.headers["Location"] == "/desk/suggestions?declined=1"
    assert state(told, made) == ("declined", None, "It is so.")


@pytest.mark.parametrize("reason", ["", " \n ", "a" * 1001, "so\x00", "so\u202e"])
def test_a_reason_is_words(grace: Browser, told: Teller, reason: str) -> None:
    """Of one that is declined, and of many."""
    made = waits(told)
    for path in (f"/desk/suggestions/{made.id}", "/desk/suggestions"):
        form = grace.page(path).form("decline")
        sent = [("token", form.value("token")), ("id", made.id), ("reason", reason)]
        answer = grace.post(path, [*sent, ("do", "decline")])
        assert answer.status_code == 422, path
    assert state(told, made)[0] == "waiting"


def test_many_are_declined_together(grace: Browser, told: Teller) -> None:
    """Those that are chosen, or all that are shown, with one reason; what somebody closed meanwhile
    stays as they closed it, and what is no suggestion keeps nothing from being declined."""
    made = [waits(told, changes={"summary": f"The {number}th."}) for number in range(20)]
    form = grace.page("/desk/suggestions").form("decline")
    told.archive.suggestions.take(made[3].id, recorded=4, by="li")
    chosen = [("id", each.id) for each in made[:10]]
    sent = [("token", form.value("token")), ("reason", "Spam.\r\nAll of it."), ("do", "decline")]
    answer = grace.post(form.action, [*sent, *chosen])
    assert answer.headers["Location"] == "/desk/suggestions?declined=9"
    assert len(told.archive.suggestions.waiting()) == 10
    assert state(told, made[0]) == ("declined", None, "Spam.\nAll of it.")
    assert state(told, made[3]) == ("taken", 4, None)
    all_shown = [pair for pair in form.fields if pair[0] == "shown"]
    emptied = grace.post(form.action, [*sent[:2], ("do", "decline-all"), *all_shown])
    assert emptied.headers["Location"] == "/desk/suggestions?declined=10"
    assert told.archive.suggestions.waiting() == []
    more = waits(told)
    beside = [("id", "nope"), ("id", made[0].id), ("id", more.id)]
    assert grace.post(form.action, [*sent, *beside]).headers["Location"].endswith("?declined=1")
    assert state(told, more)[0] == "declined"
    nothing = grace.post(form.action, sent)
    assert nothing.status_code == 422
    assert page(nothing).says("Choose at least one.")


def test_a_suggestion_is_headed_by_the_title_that_stands(grace: Browser, told: Teller) -> None:
    """Not by the one that it suggests: in the queue, and on the page of whoever made it."""
    made = waits(told, changes={"title": "Began"})
    assert ", Takes data</a>" in grace.get("/desk/suggestions").text
    for path in ("/suggestions", "/desk/suggestions"):
        heading = grace.get(f"{path}/{made.id}").text
        assert ": Began<" not in heading
    assert ": Takes data</h3>" in grace.get(f"/suggestions/{made.id}").text


def test_one_that_waits_is_one(grace: Browser, told: Teller) -> None:
    """The button that declines all says how many these are."""
    waits(told)
    assert grace.page("/desk/suggestions").says("Decline the one that is shown")
    waits(told, changes={"summary": "At last."})
    assert grace.page("/desk/suggestions").says("Decline all 2 that are shown")


def test_only_curators_see_what_waits(app: Flask, told: Teller) -> None:
    """Whoever may not withdraw may not take either."""
    made = waits(told)
    contributor = Browser(app, key_of(told.archive, "contributor", name="wang"))
    for path in ("/desk/suggestions", f"/desk/suggestions/{made.id}"):
        assert contributor.get(path).status_code == 403
    assert WORDS not in contributor.get("/desk").text
    assert Browser(app).get("/desk/suggestions").status_code == 401


def test_nothing_waits_under_another_id(grace: Browser) -> None:
    """Ids are those of suggestions."""
    assert grace.get("/desk/suggestions/nope").status_code == 404
    assert grace.page("/desk/suggestions").says("Nothing waits.")


def test_the_desk_works_though_the_log_of_the_queue_is_damaged(
    grace: Browser, told: Teller
) -> None:
    """Nothing of the chronicle rests on it; the queue itself says that it is damaged."""
    made = waits(told)
    log = told.archive.suggestions.log
    assert log is not None
    lost = StoredEvent(f"suggestion:{made.id}", 2, "suggestion-lost-v1", b"{}")
    log.insert_events([lost], commit=NewCommit(actor="li", request=""))
    assert grace.get("/desk/records/juno").status_code == 200
    assert grace.get("/desk/suggestions").status_code == 500


def test_something_new_is_taken_too(grace: Browser, told: Teller) -> None:
    """Under the id that it was given, or the next, where another was taken under that meanwhile."""
    line = UPGRADED
    made, other = (
        told.archive.suggestions.suggest(
            line={**line, "title": title}, reason=WORDS, where=None, stream="record:juno",
            revision=3, by="everyone", permit=lambda: None,
        )[0]
        for title in ("More tubes", "Better tubes")
    )  # fmt: skip
    looked = grace.get(f"/desk/suggestions/{made.id}")
    assert grace.record(looked).status_code == 303
    assert recorded(told.archive, 4) == [{**line, "by": "grace"}]
    assert state(told, made) == ("taken", 5, None)
    looked = grace.get(f"/desk/suggestions/{other.id}")
    assert looked.status_code == 200
    assert grace.record(looked).status_code == 303
    second = {**line, "id": "juno-upgraded-2026-2", "title": "Better tubes"}
    assert recorded(told.archive, 5) == [{**second, "by": "grace"}]
    assert state(told, other) == ("taken", 6, None)


@pytest.mark.parametrize("done", ["opened", "declined", "declined with others"])
@pytest.mark.parametrize("line", [DAY_BEFORE, UPGRADED], ids=["a change", "something new"])
def test_what_was_recorded_before_the_machine_died_is_taken(
    grace: Browser, told: Teller, monkeypatch: pytest.MonkeyPatch, line: Line, done: str
) -> None:
    """Nobody records it a second time, nor tells its reader that it was declined."""
    made, _ = told.archive.suggestions.suggest(
        line=line, reason=WORDS, where=None, stream="record:juno", revision=3,
        by="everyone", permit=lambda: None,
    )  # fmt: skip
    path = f"/desk/suggestions/{made.id}"
    looked = grace.get(path)
    form = page(looked).form("decline")
    queue = page(grace.get("/desk/suggestions")).form("decline-all")

    def died(*_: object, **__: object) -> None:
        raise NotWritten("the machine died")

    with monkeypatch.context() as patched:
        patched.setattr(told.archive.suggestions, "take", died)
        assert grace.record(looked).status_code == 507
    assert state(told, made) == ("waiting", None, None)
    if done == "opened":
        assert page(grace.get(path)).says("it was recorded at @5")
    elif done == "declined":
        sent = [*form.filled({"reason": "No."}), ("do", "decline")]
        assert grace.post(form.action, sent).status_code == 409
    else:
        sent = [*queue.filled({"reason": "No."}), ("do", "decline-all")]
        assert grace.post(queue.action, sent).headers["Location"].endswith("?declined=0")
    assert state(told, made) == ("taken", 5, None)
    assert head(told.archive) == 5
    assert grace.record(looked).status_code == 303
    assert head(told.archive) == 5


def test_what_was_recorded_under_another_id_before_the_machine_died_is_taken(
    grace: Browser, told: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something new begins a record of its own, which is not the one it was suggested as."""
    made, _ = told.archive.suggestions.suggest(
        line=facility("heps"), reason=WORDS, where=None, stream="record:heps", revision=0,
        by="everyone", permit=lambda: None,
    )  # fmt: skip
    path = f"/desk/suggestions/{made.id}"
    looked = grace.look(path, id="the-photon-source")

    def died(*_: object, **__: object) -> None:
        raise NotWritten("the machine died")

    with monkeypatch.context() as patched:
        patched.setattr(told.archive.suggestions, "take", died)
        assert grace.record(looked).status_code == 507
    assert [line["id"] for line in recorded(told.archive, 4)] == ["the-photon-source"]
    assert page(grace.get(path)).says("it was recorded at @5")
    assert state(told, made) == ("taken", 5, None)


def test_no_request_of_another_order_names_a_suggestion(app: Flask, told: Teller) -> None:
    """By which it would be taken for what the suggestion became."""
    made = waits(told)
    answer = app.test_client().post(
        "/v1/statements/juno-came/corrections",
        json={"changes": {"title": "JUNO runs"}, "reason": "Shorter."},
        headers={
            "Authorization": f"Bearer {key_of(told.archive, 'curator')}",
            "If-Match": "*",
            "X-Request-Id": f"suggestion:{made.id}",
        },
    )
    assert answer.status_code == 201, answer.text
    assert made.id not in answer.get_json()["request"]


def test_a_source_that_is_filled_in_is_not_dropped_by_taking(grace: Browser, told: Teller) -> None:
    """The page asks for it below the button: it is looked at before it is taken."""
    made = waits(told, where="https://example.org/log")
    form = grace.page(f"/desk/suggestions/{made.id}").form("record")
    filled = form.filled({"source.title": "The log book", "source.medium": "book"})
    again = grace.post(form.action, [*filled, ("do", "record")])
    assert (again.status_code, state(told, made)[0]) == (412, "waiting")
    assert grace.record(again).status_code == 303
    assert [line["type"] for line in recorded(told.archive, 4)] == ["source", "correction"]
