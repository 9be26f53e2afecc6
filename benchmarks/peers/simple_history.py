"""django-simple-history on SQLite: one clock, on which each save leaves a row.

A facility is a model with a history; each row version is a save, and where none follows at once, a
deletion. The date of history leads its index, as its documentation advises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks.peers.peer import Count, Held, Moment, on
from benchmarks.row_versions import RowVersion
from projections.engine.spans import AFTER_ALL

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class SimpleHistory:
    """Facilities with a history, asked by `history.as_of`."""

    clocks = 1

    def __init__(self, path: Path) -> None:
        self.name = f"django-simple-history {version('django-simple-history')}"
        self._path = path
        self._facility = _model(path)

    def fill(self, rows: Iterable[RowVersion]) -> None:
        """Write the facilities as they are at last, and their histories."""
        lives = groupby(sorted(on(rows, self.clocks)), key=lambda row: row.facility)
        histories: list[dict[str, Any]] = []
        facilities = []
        for _, life in lives:
            versions = sorted(life, key=lambda row: row.kf)
            histories += _saves(versions)
            if versions[-1].kt == AFTER_ALL:
                facilities.append(self._facility(**_members(versions[-1])))
        self._facility.objects.bulk_create(facilities, batch_size=500)
        history = self._facility.history.model
        history.objects.bulk_create((history(**save) for save in histories), batch_size=500)

    def bytes(self) -> int:
        """What the file takes."""
        return self._path.stat().st_size

    def country(self, country: str, moment: Moment) -> list[Held]:
        """The facilities of a country."""
        return _held(self._as_of(moment.known).filter(country=country))

    def counted(self, moment: Moment) -> list[Count]:
        """The world by status."""
        from django.db.models import Count as Counted  # noqa: PLC0415 -- as below

        found = self._as_of(moment.known).values_list("status", "odds", "field")
        return [Count(*row) for row in found.annotate(facilities=Counted("pk"))]

    def facility(self, facility: str, moment: Moment) -> list[Held]:
        """One facility."""
        return _held(self._as_of(moment.known).filter(pk=facility))

    def history(self, facility: str) -> int:
        """Read all row versions of a facility."""
        return len(self._facility.history.filter(facility=facility).values_list())

    def difference(self, country: str, moment: Moment, to_known: int) -> list[Held]:
        """What holds in a country at one of two positions only."""
        one = self.country(country, moment)
        other = self.country(country, moment._replace(known=to_known))
        return list(set(one) ^ set(other))

    def _as_of(self, position: int) -> Any:
        return self._facility.history.as_of(_instant(position))


def _model(path: Path) -> Any:
    """The model, in a new file. Django is configured once a process."""
    import django  # noqa: PLC0415 -- scripts/bench installs it, beside the other peers
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection, models  # noqa: PLC0415

    apps = ("auth", "contenttypes")
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}},
        INSTALLED_APPS=[*(f"django.contrib.{app}" for app in apps), "simple_history"],
        SIMPLE_HISTORY_DATE_INDEX="composite",
        USE_TZ=True,
    )
    django.setup()
    from simple_history.models import HistoricalRecords  # noqa: PLC0415

    class Meta:
        app_label = "auth"  # any that is installed

    text = {"max_length": 64}
    facility: Any = type(
        "Facility",
        (models.Model,),
        {
            "__module__": __name__,
            "Meta": Meta,
            "facility": models.CharField(primary_key=True, **text),
            "country": models.CharField(db_index=True, **text),
            "field": models.CharField(**text),
            "status": models.CharField(**text),
            "odds": models.IntegerField(),
            "history": HistoricalRecords(),
        },
    )
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(facility)
        editor.create_model(facility.history.model)
    return facility


def _saves(versions: list[RowVersion]) -> Iterator[dict[str, Any]]:
    """The rows of a history: when a version came, and when one went that no other followed."""
    for number, row in enumerate(versions):
        kind = "~" if number else "+"
        yield {**_members(row), "history_date": _instant(row.kf), "history_type": kind}
        following = versions[number + 1].kf if number + 1 < len(versions) else AFTER_ALL
        if row.kt < following:
            yield {**_members(row), "history_date": _instant(row.kt), "history_type": "-"}


def _members(row: RowVersion) -> dict[str, Any]:
    return dict(zip(RowVersion._fields[:5], row[:5], strict=True))


def _held(found: Any) -> list[Held]:
    return [Held(*row) for row in found.values_list("facility", "field", "status", "odds")]


def _instant(position: int) -> datetime:
    return EPOCH + timedelta(seconds=position)
