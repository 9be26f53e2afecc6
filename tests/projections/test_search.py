"""The view of words: what is found at which clocks, in which script, and at what cost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.commit import microseconds
from events.dates import day
from projections.engine.spans import AFTER_ALL
from projections.views import following as runner
from projections.views.budget import Budget
from projections.views.file import Database, digest, open_file, remove
from projections.views.following import TABLES, Differs, Follower, rebuild, verify
from projections.views.search import HITS, NAMES, PLACES, STREAMS, Hit
from projections.views.search_words import Phrase, Terms, folded, found, parse_terms, spots
from service.archive import Archive
from tests.naive.histories import random_history, random_instants
from tests.story.telling import (
    Clock,
    Teller,
    amendment,
    command,
    correction,
    milestone,
    reinstatement,
    statement,
    withdrawal,
)


def streams(archive: Archive, query: str, *, stated: int = AFTER_ALL, known: int) -> list[str]:
    """Of which streams a text has all that a query asks for."""
    archive.catch_up()
    hits = archive.search.hits(
        archive.views.db(), parse_terms(query).having, stated=stated, known=known, budget=Budget()
    )
    return sorted(hit.stream for hit in hits)


# Texts as words.


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Télescope À Õ", ["telescope", "a", "o"]),
        ("ＪＵＮＯ ①", ["juno", "1"]),
        ("X-ray_laser; R&D", ["x", "ray", "laser", "r", "d"]),
        ("江门JUNO实验", ["江", "门", "juno", "实", "验"]),
        ("ﬁbre STRASSE straße", ["fibre", "strasse", "strasse"]),
        ("カミオカンデ", ["カ", "ミ", "オ", "カ", "ン", "テ"]),
        ("中\0微\ue000子", ["中", "微", "子"]),
        ("«…» — !", []),
    ],
)
def test_texts_fold_into_words(text: str, words: list[str]) -> None:
    """Capitals, diacritics and compatibility forms fall away; a Chinese character is a word."""
    assert folded(text).split() == words
    assert [spot.word for spot in spots(text)] == words


@given(st.text())
def test_the_words_of_a_text_are_those_of_its_folding(text: str) -> None:
    """What is marked and what is indexed are the same words, each where it stands."""
    each = spots(text)
    assert [spot.word for spot in each] == folded(text).split()
    assert all(0 <= spot.start < spot.end <= len(text) for spot in each)


@pytest.mark.parametrize(
    ("query", "having", "lacking"),
    [
        ("gamma ray", [("gamma",), ("ray", "*")], []),
        ('"gamma ray"', [("gamma", "ray")], []),
        ('"gamma ra"*', [("gamma", "ra", "*")], []),
        ("tele* x", [("tele", "*"), ("x", "*")], []),
        ("gamma-ray", [("gamma", "ray", "*")], []),
        ("sun -moon", [("sun",)], [("moon",)]),
        ("sun -moo*", [("sun",)], [("moo", "*")]),
        ('-"dark matter" sun', [("sun", "*")], [("dark", "matter")]),
        ("中微子", [("中", "微", "子")], []),
        ("JUNO 中微", [("juno",), ("中", "微")], []),
        ('unclosed "gamma ray', [("unclosed",), ("gamma",), ("ray", "*")], []),
        ("a AND NOT b", [("a",), ("and",), ("not",), ("b", "*")], []),
        ("name: x^2 NEAR(y)", [("name",), ("x", "2"), ("near", "y", "*")], []),
        ('- * " -" --', [], []),
    ],
)
def test_a_query_asks_for_words_phrases_and_beginnings(
    query: str, having: list[tuple[str, ...]], lacking: list[tuple[str, ...]]
) -> None:
    """The last word is a beginning; quotes make a phrase; what FTS5 has words for is text."""

    def phrases(told: list[tuple[str, ...]]) -> tuple[Phrase, ...]:
        return tuple(
            Phrase(words[:-1], prefix=True) if words[-1] == "*" else Phrase(words) for words in told
        )

    assert parse_terms(query) == Terms(phrases(having), phrases(lacking))


ALPHABET = "ab éÉ中微子-.\"'1\0"


@given(text=st.text(ALPHABET, max_size=30), query=st.text(ALPHABET + "*", max_size=12))
def test_the_index_finds_what_is_marked(text: str, query: str) -> None:
    """FTS5 takes a text for a match exactly if each phrase is found in it, to be marked."""
    phrases = parse_terms(query).having
    if not phrases:
        return
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(
            """CREATE VIRTUAL TABLE search USING fts5
            (text, content = '', tokenize = "unicode61 remove_diacritics 2")"""
        )
        db.execute("INSERT INTO search (rowid, text) VALUES (1, ?)", (folded(text),))
        expression = " AND ".join(phrase.expression() for phrase in phrases)
        hits = db.execute("SELECT rowid FROM search WHERE search MATCH ?", (expression,))
        assert bool(hits.fetchall()) == all(found([phrase], spots(text)) for phrase in phrases)


@given(st.text(max_size=200))
def test_no_text_is_a_syntax_error(query: str) -> None:
    """Whatever a query says, FTS5 understands what is made of it."""
    read = parse_terms(query)
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE VIRTUAL TABLE search USING fts5 (named, told, content = '')")
        for phrases in filter(None, read):
            for word in (" AND ", " OR "):
                expression = word.join(phrase.expression() for phrase in phrases)
                for each in (expression, f"named : ({expression})"):
                    db.execute("SELECT rowid FROM search WHERE search MATCH ?", (each,))


def test_a_word_said_twice_is_looked_up_once() -> None:
    """It asks nothing more."""
    assert parse_terms("sun moon sun -star -star x").having == (
        Phrase(("sun",)), Phrase(("moon",)), Phrase(("x",), prefix=True),
    )  # fmt: skip
    assert parse_terms("sun -star -star x").lacking == (Phrase(("star",)),)


def test_the_longest_query_is_understood() -> None:
    """A hundred words are no more than FTS5 takes."""
    phrases = parse_terms(" ".join(chr(0x4E00 + number) for number in range(100))).having
    assert len(phrases) == 100
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE VIRTUAL TABLE search USING fts5 (named, told, content = '')")
        expression = " AND ".join(phrase.expression() for phrase in phrases)
        db.execute("SELECT rowid FROM search WHERE search MATCH ?", (f"named : ({expression})",))


# What is found at which clocks.


def test_a_card_is_found_as_it_stood(juno: Teller) -> None:
    """An amendment is found from its position on, what it replaced before it."""
    juno.tell(amendment("juno", {"name": "Jiangmen Observatory", "place": "Kaiping"}))
    archive = juno.archive
    assert streams(archive, "juno", known=2) == ["record:juno"]
    assert streams(archive, "juno", known=3) == []
    assert streams(archive, "kaiping", known=2) == []
    assert streams(archive, "kaiping jiang", known=3) == ["record:juno"]
    assert streams(archive, "yearbook", known=1) == ["source:yearbook"]
    assert streams(archive, "yearbook", known=0) == []


def test_a_corrected_title_is_found_at_its_position(juno: Teller) -> None:
    """Before the correction the old title is found, after it the new one."""
    juno.tell(milestone("run", "operation-started", "2025", title="Data takeing begins"))
    juno.tell(correction("run", {"title": "Data taking begins"}))
    archive = juno.archive
    assert streams(archive, "takeing", known=3) == ["record:juno"]
    assert streams(archive, "takeing", known=4) == []
    assert streams(archive, "taking", known=3) == []
    assert streams(archive, "taking", known=4) == ["record:juno"]


def test_a_statement_is_found_from_the_day_it_was_said(juno: Teller) -> None:
    """Before that day its words are not there yet; a correction may move the day."""
    juno.tell(milestone("run", "operation-started", "2025", stated="2025-08-26"))
    juno.tell(correction("run", {"stated": "2025-08-20"}))
    archive = juno.archive
    for known, said in ((3, day(2025, 8, 26)), (4, day(2025, 8, 20))):
        assert streams(archive, "operation", stated=said - 1, known=known) == []
        assert streams(archive, "operation", stated=said, known=known) == ["record:juno"]


def test_a_withdrawn_statement_is_not_found(juno: Teller) -> None:
    """From the withdrawal to the reinstatement; what it says then is what it said."""
    juno.tell(milestone("run", "operation-started", "2025"))
    juno.tell(withdrawal("run"))
    juno.tell(reinstatement("run"))
    found_at = [streams(juno.archive, "operation", known=known) for known in (2, 3, 4, 5)]
    assert found_at == [[], ["record:juno"], [], ["record:juno"]]


def test_what_one_commit_does_and_undoes_leaves_only_its_end(juno: Teller) -> None:
    """A batch is seen as a whole: what stood in the midst of it never stood."""
    juno.tell(
        milestone("run", "operation-started", "2025", title="Alpha"),
        correction("run", {"title": "Beta"}),
        milestone("stop", "suspended", "2026", title="Gamma"),
        withdrawal("stop"),
    )
    archive = juno.archive
    last = archive.catch_up()
    assert streams(archive, "alpha", known=last) == []
    assert streams(archive, "beta", known=last) == ["record:juno"]
    assert streams(archive, "gamma", known=last) == []


def test_a_change_of_other_members_makes_no_version(juno: Teller) -> None:
    """A correction that leaves texts and days alone costs no row."""
    juno.tell(milestone("run", "operation-started", "2025"))
    juno.archive.catch_up()
    rows = "SELECT count(*) FROM passages"
    (before,) = juno.archive.views.db().execute(rows).fetchone()
    juno.tell(correction("run", {"sources": [{"id": "yearbook", "locator": "p. 7"}]}))
    juno.archive.catch_up()
    assert juno.archive.views.db().execute(rows).fetchone() == (before,)


def test_every_text_member_is_found(juno: Teller) -> None:
    """Cards, statements and sources, by each member that holds words for people."""
    juno.tell(
        {
            "type": "facility", "id": "fast", "name": "Alpha", "name_zh": "中国天眼",
            "acronym": "Beta", "country": "CN", "field": "astronomy", "operator": "Gamma",
            "place": "Delta", "latitude": 25.6, "longitude": 106.8,
        },
        {
            "type": "source", "id": "daily", "medium": "news", "title": "Epsilon",
            "author": "Zeta", "publisher": "Eta",
        },
        statement(
            "indicator", "gdp-2024", "2024", series="theta-share", value=1, unit="%",
            title="Iota", summary="Kappa", said_by="Lambda",
        ),
    )  # fmt: skip
    found_in = {
        "record:fast": ("alpha", "天眼", "beta", "gamma", "delta"),
        "source:daily": ("epsilon", "zeta", "eta"),
        "record:theta-share": ("theta", "iota", "kappa", "lambda"),
    }
    for stream, words in found_in.items():
        for word in words:
            assert streams(juno.archive, f'"{word}"', known=5) == [stream], word


def test_no_phrase_reaches_from_one_text_into_the_next(juno: Teller) -> None:
    """A name and an acronym lie in one column of the index, yet are two texts."""
    juno.tell(amendment("juno", {"name": "Alpha Beta", "acronym": "Gamma"}))
    assert streams(juno.archive, '"alpha beta"', known=3) == ["record:juno"]
    assert streams(juno.archive, '"beta gamma"', known=3) == []
    assert streams(juno.archive, "beta gamma", known=3) == ["record:juno"]


def test_a_hit_says_whether_the_name_has_the_words(juno: Teller) -> None:
    """And how long the name is, and whether it is a card's."""
    juno.tell(milestone("run", "operation-started", "2025", title="Runs", summary="JUNO runs"))
    archive = juno.archive
    archive.catch_up()
    hits = archive.search.hits(
        archive.views.db(), parse_terms("juno").having, stated=AFTER_ALL, known=3, budget=Budget()
    )
    assert sorted(hits) == [
        Hit(2, "record:juno", card=True, size=4, named=True),
        Hit(3, "record:juno", card=False, size=4, named=False),
    ]


# Rows that can be thrown away.


def test_the_index_is_the_same_live_and_replayed(archive: Archive, clock: Clock) -> None:
    """Commit by commit and at once, in pages of any size: the same passages, the same words."""
    chance = Random(11)
    batches = random_history(chance, lines=60)
    for batch, instant in zip(batches, random_instants(chance, len(batches)), strict=True):
        clock.now = microseconds(instant)
        archive.chronicle.execute(command(*batch))
        archive.catch_up()
    tables = archive.search.tables
    assert set(tables) <= set(TABLES)
    live = digest(archive.views.db(), tables)
    path = archive.views.make_beside()
    db = open_file(path)
    try:
        Follower(archive.chronicle, lambda: db).catch_up()
        assert digest(db, tables) == live
    finally:
        db.conn.close()
        remove(path)
    assert verify(archive.chronicle, archive.views).position == archive.views.tracked()


def test_an_index_that_lost_a_word_is_found_out(juno: Teller) -> None:
    """The words are in the digest, not only the passages that they lead to."""
    archive = juno.archive
    archive.catch_up()
    db = archive.views.db()
    db.conn.execute(
        "INSERT INTO search (search, rowid, named, told) VALUES ('delete', 2, 'JUNO', '')"
    )
    assert streams(archive, "juno", known=2) == []
    with pytest.raises(Differs):
        verify(archive.chronicle, archive.views)
    rebuild(archive.chronicle, archive.views, replace=True)
    assert streams(archive, "juno", known=2) == ["record:juno"]


def test_every_view_keeps_to_the_protocol(archive: Archive) -> None:
    """A view is a class that is made with the log, with tables of its own."""
    views = [view(archive.chronicle.log) for view in runner.VIEWS]
    tables = [table for view in views for table in view.tables]
    assert len(tables) == len(set(tables)) == len(TABLES)
    assert all(
        any(made in view.create for made in (f"CREATE TABLE {table} ", f"CREATE VIEW {table} "))
        for view in views
        for table in view.tables
    )


# What a question costs.


@pytest.mark.parametrize("statement", [HITS, STREAMS, NAMES, PLACES])
def test_no_question_reads_every_passage(archive: Archive, statement: str) -> None:
    """Passages are looked up by number or by an index; words by the index of words."""
    plan = _plan(archive.views.db(), statement)
    assert not any(step.startswith("SCAN passages") for step in plan), plan
    for step in plan:
        if step.startswith("SCAN search "):
            assert "VIRTUAL TABLE INDEX" in step
            assert not step.endswith("INDEX 0:"), plan


def _plan(db: Database, statement: str) -> list[str]:
    asked_by = {
        "expression": '"a"', "named": 'named : ("a")', "stated": 0, "known": 0,
        "keys": '[["record:juno", ""]]', "south": 0, "north": 1, "most": -1, "streams": None,
    }  # fmt: skip
    rows = db.execute(f"EXPLAIN QUERY PLAN {statement}", asked_by)
    return [step for *_, step in rows]
