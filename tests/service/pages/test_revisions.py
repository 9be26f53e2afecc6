"""A reader compares two states of a record in the log, chosen at its events."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from tests.service.pages.reading import read


def compared(html: str) -> str:
    """What a page says of two revisions, without its marks."""
    part = html[html.index('<div id="compared">') : html.index('id="revisions"')]
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


def test_every_event_of_the_log_can_be_chosen(client: FlaskClient) -> None:
    """From and To stand at each, the last two are chosen, and nothing is compared yet."""
    html = read(client, "/records/juno?known=@1203&lang=en")
    events = len(re.findall(r'<tr id="e-', html))
    for name in ("from", "to"):
        assert len(re.findall(rf'type="radio" form="revisions" name="{name}"', html)) == events
    assert re.search(r'name="from" value="@1202" checked', html)
    assert re.search(r'name="to" value="@1203" checked', html)
    assert 'id="compared"' not in html


def test_a_correction_is_seen_between_two_positions(client: FlaskClient) -> None:
    """What was recorded stands from what to what; positions within one commit are told apart."""
    html = read(client, "/records/juno?from=@1199&to=@1203&lang=en")
    told = compared(html)
    assert "From @1199 to @1203" in told
    assert "juno-plan-2022" in told
    assert "JUNO to take data in 2022" in told
    assert "Kaiping" in told
    # In whichever order they are chosen.
    assert compared(read(client, "/records/juno?from=@1203&to=@1199&lang=en")) == told
    assert "Nothing differs." in compared(read(client, "/records/juno?from=@1200&to=@1200"))
    assert "new" in compared(read(client, "/records/juno?from=@0&to=@1199"))


def test_a_comparison_is_pinned_and_its_data_are_those_of_the_record(client: FlaskClient) -> None:
    """The address has both ends; what takes none of them is linked without."""
    html = read(client, "/records/juno?from=@1199&to=@1203")
    pinned = re.search(r'<a class="pin" href="(/records/juno[^"]*)"', html)
    assert pinned is not None
    assert "from=@1199&" in pinned[1]
    assert "to=@1203&" in pinned[1]
    assert 'id="compared"' in read(client, pinned[1])
    for link in re.findall(r'rel="alternate" type="[^"]+" title="[^"]+" href="([^"]+)"', html):
        assert client.get(link).status_code == 200, link


def test_an_end_that_is_no_position_is_told(client: FlaskClient) -> None:
    """A day is one: the state at its end."""
    assert client.get("/records/juno?from=soon").status_code == 422
    assert client.get("/records/juno?to=2026-11-23").location.endswith("to=@900")
