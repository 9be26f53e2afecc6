"""What altered the answer to a question: `annales follow`."""

from __future__ import annotations

from pathlib import Path

import click

from events.clocks import as_of
from service.archive import Archive
from service.asking.parameter import values_of
from service.cli.options import SHARED, as_json, caught_up, log_of, need_texts
from service.cli.screen import screen, show_table
from service.cli.tables import show_next
from service.follows.feed import FeedPage, check, read
from service.follows.feed_query import LIMIT, PAGING, ending, feed_query, feed_text
from service.follows.followed import followed_question
from service.follows.wording import changes

PATH = "/v1/follows"


@click.command()
@click.argument("question")
@click.option("--known", metavar=SHARED["known"][0], help=SHARED["known"][1])
@click.option(
    "--limit", metavar="N", default=str(LIMIT), help=f"At most so many. Default: {LIMIT}."
)
@click.option("--after", metavar=SHARED["after"][0], help=SHARED["after"][1])
@as_json
@click.pass_obj
def follow(
    folder: Path,
    /,
    question: str,
    *,
    known: str | None,
    limit: str,
    after: str | None,
    as_json: bool,
) -> None:
    """The commits that altered the answer to QUESTION.

    QUESTION is the path of one, such as "/v1/state?country=CN&at=2016".
    """
    need_texts(question)
    log_of(folder)
    paging = values_of(PAGING, {"limit": limit, "after": after or ""})
    with Archive(folder) as archive:
        caught_up(archive)
        chronicle = archive.chronicle
        clocks = as_of(known=known, log=chronicle.log, now=chronicle.now())
        followed = followed_question(chronicle, question)
        reading = archive.reading(archive.views.db())
        check(chronicle, reading, followed, known=clocks.known)
        found = read(chronicle, reading, followed, known=clocks.known, **paging)
        query = feed_query(PATH, followed, clocks, paging)
        text = feed_text(ending(chronicle.log, query, found), found)
    if as_json:
        click.echo(text)
    else:
        _show(followed.of, found)


def _show(of: str, found: FeedPage) -> None:
    console = screen()
    show_table(
        console,
        f"What altered {of}",
        ("position", "recorded at", "actor", "what changed", "reason"),
        (
            (
                str(item.position),
                item.commit.recorded_at,
                item.commit.actor,
                " ".join(changes(item)),
                " ".join(item.members["reasons"]),
            )
            for item in found.items
        ),
    )
    if not found.items:
        console.print("Nothing altered it.")
    show_next(console, str(found.reached) if found.is_cut else None)
