"""What is odd, and told before it is recorded, besides what the page of the record will say."""

from __future__ import annotations

from tests.service.desk.browser import Browser
from tests.service.desk.story import page
from tests.story.telling import SOURCE, Teller, milestone

CORRECT = "/desk/statements/juno-came/correct"
NEW = "/desk/new/milestone?facility=juno"
CLOSED = {"milestone": "decommissioned", "modality": "actual", "title": "Closed"}


def test_a_date_that_changes_alone_is_odd(grace: Browser) -> None:
    """Its sources said another; with another source, or another title alone, nothing is odd."""
    words = "Its date changes, and what it rests on does not: do its sources say so?"
    assert page(grace.look(CORRECT, date="2025-08-25", why__reason="So.")).says(words)
    assert not page(grace.look(CORRECT, title="Runs", why__reason="So.")).says(words)
    more = {"sources__1": "p. 3", "why__reason": "So."}
    assert not page(grace.look(CORRECT, date="2025-08-25", **more)).says(words)


def test_what_it_contradicts_may_come_later_and_is_odd_until_then(grace: Browser) -> None:
    """The rules let it, so nothing is refused; what is there already is not odd."""
    shown = page(
        grace.look(CORRECT, contradicts="juno-plan nothing-such", why__reason="They differ.")
    )
    assert shown.says("It contradicts nothing-such, and nothing of that id is recorded.")
    assert not shown.says("It contradicts juno-plan")


def test_a_facility_that_ends_before_it_begins_is_odd(grace: Browser, told: Teller) -> None:
    """Whichever of the two is recorded last."""
    shown = page(grace.look(NEW, date="1990-05", **CLOSED))
    assert shown.says("closed comes before operation started (juno-came).")
    for date in ("2026-05", "1990/.."):
        assert not page(grace.look(NEW, date=date, **CLOSED)).says("comes before"), date
    told.tell(milestone("juno-closed", "decommissioned", "2026-05"))
    begun = {"milestone": "upgraded", "modality": "actual", "title": "More", "date": "2026-06"}
    assert page(grace.look(NEW, **begun)).says("closed comes before upgraded (juno-closed).")


def test_a_status_that_is_not_there_yet_has_its_word(grace: Browser) -> None:
    """What may not have begun says so."""
    shown = page(grace.look(NEW, date="1990-05", **CLOSED))
    assert shown.says("Status: not yet begun (one of several possible)")


def test_a_facility_that_is_there_already_is_odd(grace: Browser, told: Teller) -> None:
    """By its name, its acronym or its Chinese name, in any country; another is not."""
    names = {
        "name": "Jiangmen Underground Neutrino Observatory",
        "name_zh": "江门中微子实验",
        "acronym": "JUNO",
    }
    told.tell({"type": "amendment", "record": "juno", "changes": names, "reason": "In full."})
    told.archive.catch_up()
    said = {"country": "JP", "field": "particle-physics"}
    words = "JUNO (juno) is called the same, or nearly so"
    for called in (
        {"name": "Jiangmen Underground Neutrino Observatory"},
        {"name": "The Jiangmen underground neutrino observatory"},
        {"name": "Another", "acronym": "JUNO"},
        {"name": "Another", "name_zh": "江门中微子实验"},
    ):
        shown = page(grace.look("/desk/new/facility", **said, **called))
        assert shown.says(words), called
    for name in ("Kamioka Underground Neutrino Laboratory", "Juna"):
        looked = grace.look("/desk/new/facility", **said, name=name)
        assert looked.status_code == 200
        assert not page(looked).says("is called the same"), name
    amended = grace.look("/desk/records/juno/amend", place="Kaiping", why__reason="So.")
    assert not page(amended).says("is called the same")


def test_half_of_a_place_is_odd(grace: Browser) -> None:
    """A facility with a longitude alone is on no map."""
    said = {"country": "JP", "field": "particle-physics", "name": "Another"}
    words = "It needs both a latitude and a longitude, or it stands on no map."
    assert page(grace.look("/desk/new/facility", **said, longitude="112.5")).says(words)
    whole = grace.look("/desk/new/facility", **said, longitude="112.5", latitude="22.1")
    assert not page(whole).says(words)


def test_a_source_from_before_what_it_proves_is_odd(grace: Browser, told: Teller) -> None:
    """Of what was so, not of what was to be; also where the source comes with it."""
    told.tell({**SOURCE, "id": "report", "date": "2021-05"})
    words = "The source report is of May 2021, before this happened: can it prove it?"
    said = {"milestone": "upgraded", "title": "More", "sources__0": "report"}
    for date, modality, odd in (
        ("2022-03", "actual", True),
        ("2021-06", "actual", True),
        ("2021", "actual", False),
        ("2021-05-20", "actual", False),
        ("2022-03", "planned", False),
    ):
        shown = page(grace.look(NEW, date=date, modality=modality, stated="2021", **said))
        assert shown.says("Before it is recorded")
        assert shown.says(words) == odd, (date, modality)
    new = {"source__title": "A page", "source__medium": "news", "source__date": "2021-05-02"}
    looked = grace.look(NEW, date="2022-03", modality="actual", **{**said, "sources__0": "", **new})
    assert page(looked).says("The source a-page-2021 is of 2 May 2021, before this happened")
    titled = grace.look(CORRECT, title="Runs", sources__0="yearbook", why__reason="So.")
    assert not page(titled).says("before this happened")
