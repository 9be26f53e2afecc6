"""The rows of spans as columns of small numbers, which all processes of a folder share.

A file beside the views holds one array a member of a row, mapped into memory by whoever asks.
The rows up to `sorted` are in the order of facet, place and record, so that a country is one
slice; those that came since follow as they came. The follower writes them with each page; the
clock `known` keeps readers right meanwhile: what a page adds, cuts or closes carries a position
that nobody asks for before the page is whole (`position`).

Nothing lies here alone. A file that is missing, cut short or changed by somebody else, or that
ended in the middle of a page, is made again from the table (`projections.views.rows`). That it was
changed is seen by a sum over all rows, which each page moves on: it is looked at by whoever maps
the file, and by the follower over and over. That it was cut short is seen before it is read.

Days take 32 bits, as far as 5.8 million years go; a day beyond is written as the last one. For
a question on this side of it that is as good as the day itself; for one beyond, and where such a
day is shown, the row is read from the table.
"""

from __future__ import annotations

import functools
import itertools
import mmap
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Self, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
from sqlite_utils import Database

from events.store.timekeeping import system_uptime
from events.vocabulary import CLASSES, FIELDS
from projections import FACETS
from projections.views.rows import Stored

Indexes = npt.NDArray[np.intp]

Numbers = TypeVar("Numbers", int, npt.NDArray[Any])
"""The number of a place, or those of many."""

Places = tuple[tuple[int, int], ...]
"""Stretches of places, each from one up to another, in order."""

OPEN_LOW, OPEN_HIGH = -(2**31), 2**31 - 1
"""Open ends, as columns have them."""

FIRST_DAY, LAST_DAY = OPEN_LOW + 1, OPEN_HIGH - 1
"""Days beyond these are written as these."""

NO_DAY = -(2**63)
"""Open ends, before columns have them."""

FIELDS_MOST, CLASSES_MOST = 16, 32
"""As many fields and classes as places tell apart, none at all being one of each."""

NO_PLACE = FIELDS_MOST * CLASSES_MOST
"""Places of a country, which are consecutive: a field within a class."""

MEMBERS: dict[str, type[np.generic]] = {
    "facet": np.uint8,
    "place": np.uint32,
    "value": np.int8,
    "odds": np.uint16,
    "more": np.uint8,  # whether the row has what only the table has: a text, or other statements
    "record": np.int32,
    "seq": np.int32,
    "statement": np.int32,
    "vf": np.int32,
    "vt": np.int32,
    "sf": np.int32,
    "st": np.int32,
    "ks": np.int32,
    "kf": np.int32,
    "kt": np.int32,
}

WIDTH = sum(np.dtype(kind).itemsize for kind in MEMBERS.values())

_BEFORE = {
    name: sum(np.dtype(kind).itemsize for kind in [*MEMBERS.values()][:number])
    for number, name in enumerate(MEMBERS)
}
"""How many bytes of a row come before each member."""

OTHER_VALUE = -1
"""The value is a text, which only the table has."""

HEADER = 4096
MADE, CAPACITY, COUNT, SORTED, POSITION, WRITING, REPLACED, BOOT, SUM = range(9)
"""The numbers of the header. `POSITION` is how far the rows are those of the log; `BOOT` tells when
the system was started that wrote them. What is mapped reaches the disk in any order, so after a
loss of power a file may be anything. `SUM` is over all rows and what says where they lie."""

ODD = 0x9E3779B97F4A7C15
"""Each number in the file counts in the sum by an odd weight of its own, made of this one."""

LARGEST = 2**64 - 1

FORM = 0x0A11A1E8
"""What identifies a file of this form."""

TAIL = 65_536
"""How many rows may follow the sorted ones, once the log is read, before all are sorted again."""

ROOM = 4096
"""Rows for which a new file has room at least; a large one has it for an eighth of its rows, or for
all that may come before they are sorted again."""

CHUNK = 131_072
"""Rows that are looked at in one step, so that what is worked out stays in the processor."""

PART = 16_384
"""Rows of a table that are read in one step."""


@functools.cache
def place_of(country: str | None, field: int | None, class_: int | None) -> int:
    """The number of a country, a field and a class; those of a country are consecutive."""
    number = 0 if not country else (ord(country[0]) - 64) * 27 + ord(country[1]) - 64
    number = number * CLASSES_MOST + (0 if class_ is None else class_ + 1)
    return number * FIELDS_MOST + (0 if field is None else field + 1)


@lru_cache(maxsize=4096)
def places_of(countries: tuple[str, ...]) -> Places:
    """Of each of some countries the first place and the one after its last."""
    firsts = [place_of(country, None, None) for country in countries]
    return tuple((first, first + NO_PLACE) for first in firsts)


@lru_cache(maxsize=32)
def _is_among(places: Places) -> npt.NDArray[np.bool_]:
    """Of the number of every country, whether its places are some of these."""
    among = np.zeros(27 * 27, np.bool_)
    for first, stop in places:
        among[first // NO_PLACE : stop // NO_PLACE] = True
    return among


def country_of(place: int) -> str:
    """The country of a place; empty where it has none."""
    number = place // NO_PLACE
    return chr(number // 27 + 64) + chr(number % 27 + 64) if number else ""


def field_of(place: int) -> str:
    """The field of a place; empty where it has none."""
    return FIELDS[number - 1] if (number := field_in(place)) else ""


def class_of(place: int) -> str:
    """The class of a place; empty where it has none."""
    return CLASSES[number - 1] if (number := class_in(place)) else ""


def field_in(place: Numbers) -> Numbers:
    """The number of the field in the number of a place, or of many; the first one is 1, none 0."""
    return place % FIELDS_MOST


def class_in(place: Numbers) -> Numbers:
    """The number of the class likewise."""
    return place // FIELDS_MOST % CLASSES_MOST


def clipped(day: int | None, *, otherwise: int) -> int:
    """A day as a column has it; `otherwise` is what None is."""
    return otherwise if day is None else max(FIRST_DAY, min(LAST_DAY, day))


def asked(day: int) -> int:
    """A day that is asked about, as it is compared with a column; also an open end."""
    return max(OPEN_LOW, min(OPEN_HIGH, day)) if abs(day) >= 2**61 else clipped(day, otherwise=0)


def is_far(day: int) -> bool:
    """Whether a day lies beyond what columns tell apart, and is no open end."""
    return not FIRST_DAY < day < LAST_DAY and abs(day) < 2**61


class Columns:
    """The columns of a file of views, mapped. Whoever writes them is alone with the file."""

    def __init__(self, path: Path, content: mmap.mmap | bytes, *, file: int = 0) -> None:
        """The columns that lie at a path, in the file of that number.

        Raises ValueError where there are none in the content.
        """
        self.path = path
        self._content = content
        self._file = file
        self._head = np.frombuffer(content, np.int64, 9)
        self._sum = np.frombuffer(content, np.uint64, 1, SUM * 8)
        capacity, offset = int(self._head[CAPACITY]), HEADER
        if self._head[MADE] != FORM or len(content) != HEADER + capacity * WIDTH:
            raise ValueError(f"{path.name} holds no columns")
        self._arrays: dict[str, npt.NDArray[Any]] = {}
        for name, kind in MEMBERS.items():
            self._arrays[name] = np.frombuffer(content, kind, capacity, offset)
            offset += capacity * np.dtype(kind).itemsize
        self._tail: dict[tuple[int, int], int] = {}
        self._parts: dict[tuple[int, int], tuple[int, int]] = {}

    @classmethod
    def mapped(cls, path: Path) -> Self:
        """Map the columns of a file. Raises FileNotFoundError, or ValueError where it is none."""
        is_writable = os.access(path, os.W_OK)
        with path.open("r+b" if is_writable else "rb") as file:
            access = mmap.ACCESS_WRITE if is_writable else mmap.ACCESS_READ
            content = mmap.mmap(file.fileno(), 0, access=access)
            return cls(path, content, file=os.fstat(file.fileno()).st_ino)

    @classmethod
    def none(cls, path: Path) -> Self:
        """No rows at all: nothing was read yet."""
        return cls(path, _header(0, 0, 0, 0).ljust(HEADER, b"\0"))

    def __getitem__(self, member: str) -> npt.NDArray[Any]:
        """The whole array of a member, with room that is not used yet."""
        return self._arrays[member]

    @property
    def is_cut_short(self) -> bool:
        """Whether the end of the file is gone: whoever touches it where it is mapped is killed."""
        content = self._content
        return isinstance(content, mmap.mmap) and content.size() < len(content)

    def lies_there(self) -> bool:
        """Whether this very file lies at its path."""
        try:
            return self.path.stat().st_ino == self._file
        except FileNotFoundError:
            return False

    def is_right(self) -> bool:
        """Whether the sum is that of the rows, or they are being written at this moment."""
        before = self._sum[0], self.position
        count, end, capacity = self.count, int(self._head[SORTED]), int(self._head[CAPACITY])
        if self._head[MADE] != FORM or not 0 <= end <= count <= capacity:
            return False
        total = _sum_of_head(capacity, count, end)
        for begin in range(0, count, CHUNK):
            total += _sum_of(self._arrays, slice(begin, min(begin + CHUNK, count)))
        if total & LARGEST == before[0]:
            return True
        return not self.is_whole or before != (self._sum[0], self.position)

    @property
    def position(self) -> int:
        """How far the rows are those of the log."""
        return int(self._head[POSITION])

    @property
    def is_replaced(self) -> bool:
        """Whether another file lies at its path now, or soon will."""
        return bool(self._head[REPLACED])

    @property
    def is_whole(self) -> bool:
        """Whether no page was begun that has not ended, or may be lost in part."""
        return not self._head[WRITING] and int(self._head[BOOT]) == this_boot()

    @property
    def count(self) -> int:
        """How many rows there are."""
        return int(self._head[COUNT])

    @property
    def tail(self) -> int:
        """How many rows are not sorted yet."""
        return self.count - int(self._head[SORTED])

    # --- reading

    def parts(self, facet: str, places: Places | None) -> Iterator[slice | Indexes]:
        """Where the rows of a facet in some places lie; None is all places."""
        number, end, count = FACETS.index(facet), int(self._head[SORTED]), self.count
        facets = self._arrays["facet"][:end]
        first, stop = _span_of(facets, number, number + 1)
        spans = [(first, stop)]
        if places is not None:
            kind = MEMBERS["place"]
            ordered = self._arrays["place"][first:stop]
            ends = ordered.searchsorted(np.array(places, kind)) + first
            spans = [(low, high) for low, high in ends.tolist() if low < high]
        if len(spans) > 1 and sum(high - low for low, high in spans) <= CHUNK:
            # Looking at many short slices one by one takes longer than gathering them.
            yield np.concatenate([np.arange(low, high) for low, high in spans])
        else:
            for low, high in spans:
                for begin in range(low, high, CHUNK):
                    yield slice(begin, min(begin + CHUNK, high))
        for begin in range(end, count, CHUNK):
            yield self._of(slice(begin, min(begin + CHUNK, count)), number, places)

    def find(
        self,
        facet: str,
        *,
        places: Places | None,
        field: int | None,
        class_: int | None,
        first: int,
        last: int,
        stated: int,
        known: int,
        after: int | None = None,
    ) -> Indexes:
        """The rows of a facet that hold on some day from `first` to `last`, by what was heard up
        to `stated`, at `known`; with `after`, at some position beyond it, up to `known`: their
        indexes, sorted rows first."""
        found = []
        at = self._arrays
        after = known if after is None else after
        first, last, stated = asked(first), asked(last), asked(stated)
        for part in self.parts(facet, places):
            holds = at["kf"][part] <= known
            holds &= at["kt"][part] > after
            holds &= at["sf"][part] <= stated
            not_cut = at["st"][part] > stated
            not_cut |= at["ks"][part] > after
            holds &= not_cut
            if last < OPEN_HIGH:
                holds &= at["vf"][part] <= last
            if first > OPEN_LOW:
                holds &= at["vt"][part] > first
            if field is not None:
                holds &= field_in(at["place"][part]) == field + 1
            if class_ is not None:
                holds &= class_in(at["place"][part]) == class_ + 1
            found.append(
                np.flatnonzero(holds) + part.start if isinstance(part, slice) else part[holds]
            )
        return np.concatenate(found) if found else np.zeros(0, np.intp)

    def _of(self, part: slice, facet: int, places: Places | None) -> Indexes:
        """The rows of a facet and some places among those that are not sorted."""
        those = self._arrays["facet"][part] == facet
        if places is not None:
            those &= _is_among(places)[self._arrays["place"][part] // NO_PLACE]
        found: Indexes = np.flatnonzero(those) + part.start
        return found

    def far(self) -> Indexes:
        """The rows with a day beyond those that columns tell apart."""
        at, count = self._arrays, self.count
        far = np.zeros(count, bool)
        for name in ("vf", "vt", "sf", "st"):
            column = at[name][:count]
            far |= (column == FIRST_DAY) | (column == LAST_DAY)
        return np.flatnonzero(far)

    # --- writing

    def begin(self) -> None:
        """A page begins: until it ends, the file is not whole. One writer writes at a time."""
        self._head[WRITING] = 1

    def end(self, position: int) -> None:
        """The page is written; the rows are those of the log up to a position."""
        self._head[POSITION] = position
        self._head[WRITING] = 0

    def give_up(self) -> None:
        """Tell whoever has mapped the file that another lies at its path."""
        self._head[REPLACED] = 1

    def apply(
        self, new: Sequence[Stored], cuts: Iterable[Stored], closed: Iterable[Stored]
    ) -> bool:
        """Write a page; False where there is no room left. The position is set apart."""
        count = self.count
        if count + len(new) > int(self._head[CAPACITY]):
            return False
        at = self._arrays
        to_cut = [(self._index(row), row) for row in cuts]
        to_close = [(self._index(row), row) for row in closed]
        changed = np.unique(np.array([index for index, _ in (*to_cut, *to_close)], np.intp))
        before = _sum_of(at, changed) + self._sum_of_head()
        for index, row in to_cut:
            # In this order, so that whoever reads in between sees a row that is not cut yet.
            at["ks"][index] = row.ks
            at["st"][index] = clipped(row.st, otherwise=OPEN_HIGH)
        for index, row in to_close:
            at["kt"][index] = row.kt
        if new:
            _fill(at, slice(count, count + len(new)), new)
            self._tail.update(
                ((row.record, row.seq), index) for index, row in enumerate(new, start=count)
            )
            self._head[COUNT] = count + len(new)
        after = _sum_of(at, changed) + self._sum_of_head()
        after += _sum_of(at, slice(count, count + len(new)))
        self._sum[0] = (int(self._sum[0]) + after - before) & LARGEST
        return True

    def _sum_of_head(self) -> int:
        return _sum_of_head(int(self._head[CAPACITY]), self.count, int(self._head[SORTED]))

    def _index(self, row: Stored) -> int:
        """Where a row lies."""
        if (row.record, row.seq) in self._tail:
            return self._tail[row.record, row.seq]
        at, end, count = self._arrays, int(self._head[SORTED]), self.count
        place = place_of(*row.listed)
        if (row.facet, place) not in self._parts:
            first, stop = _span_of(at["facet"][:end], row.facet, row.facet + 1)
            low, high = _span_of(at["place"][first:stop], place, place + 1)
            self._parts[row.facet, place] = first + low, first + high
        first, stop = self._parts[row.facet, place]
        low, high = _span_of(at["record"][first:stop], row.record, row.record + 1)
        first, stop = first + low, first + high
        low, high = _span_of(at["seq"][first:stop], row.seq, row.seq + 1)
        if low < high:
            return first + low
        tail = np.flatnonzero(
            (at["record"][end:count] == row.record) & (at["seq"][end:count] == row.seq)
        )
        return end + int(tail[0])

    def sorted_again(self, *, room: int = 0) -> Columns:
        """The same rows in a new file in its place, all sorted, with room for more."""
        room = max(room, _room(self.count))
        return _written(self.path, self._in_order(), self.count, self.position, room)

    def has_just(self, rows: Iterable[tuple[Any, ...]]) -> bool:
        """Whether its rows are those of a table, given in the order of their keys, and those that
        count as sorted are."""
        with _arrays_of(rows) as (count, arrays):
            if count != self.count or not 0 <= self.tail <= count:
                return False
            end = count - self.tail
            is_sorted = np.array_equal(self._order(end), np.arange(end))
            return is_sorted and all(map(np.array_equal, self._in_order(), arrays))

    def _in_order(self) -> Iterator[npt.NDArray[Any]]:
        order = self._order(self.count)
        return (array[: self.count][order] for array in self._arrays.values())

    def _order(self, count: int) -> Indexes:
        """The order in which the first rows would be sorted."""
        keys = (self._arrays[name][:count] for name in ("seq", "record", "place", "facet"))
        return np.lexsort(tuple(keys))


class Shelf:
    """The columns beside files of views, each mapped as long as a connection to the views is there.

    So an answer that began by a file ends by it, whatever was put in its place meanwhile.
    """

    def __init__(self) -> None:
        self._mapped: WeakKeyDictionary[Database, Columns] = WeakKeyDictionary()
        self._paths: WeakKeyDictionary[Database, Path] = WeakKeyDictionary()

    def of(self, db: Database) -> Columns | None:
        """The columns beside a file of views; None where there are none, or not as they were
        written."""
        found = self._mapped.get(db)
        if found is not None and found.is_cut_short:
            found = None
        if found is None or found.is_replaced:
            # Without another in its place the one before says how far it has read.
            with suppress(FileNotFoundError, ValueError):
                there = Columns.mapped(self.path(db))
                if there.is_right():
                    found = self._mapped[db] = there
        return found

    def put(self, db: Database, columns: Columns) -> None:
        """Columns that were made for a connection."""
        self._mapped[db] = columns

    def path(self, db: Database) -> Path:
        """Where the columns of a file of views lie."""
        path = self._paths.get(db)
        if path is None:
            (_, _, name), *_ = db.execute("PRAGMA database_list").fetchall()
            path = self._paths[db] = Path(f"{name}.columns")
        return path

    def position(self, db: Database) -> int:
        """How far the views of a connection have read, columns and all."""
        columns = self.of(db)
        return 0 if columns is None else columns.position


@dataclass(frozen=True, slots=True)
class Found:
    """Some rows of the columns, member by member: numbers, until somebody needs more of a few."""

    columns: Columns
    indexes: Indexes

    def __len__(self) -> int:
        return len(self.indexes)

    def __getitem__(self, member: str) -> npt.NDArray[Any]:
        """The member of each row."""
        return self.columns[member][self.indexes]

    def statements(self) -> Iterator[tuple[int, int]]:
        """The record and the number of the statement of each row."""
        return zip(self["record"].tolist(), self["statement"].tolist(), strict=True)

    def where(self, those: npt.NDArray[Any]) -> Found:
        """Some of them, by a mask or by their places."""
        return Found(self.columns, self.indexes[those])


def make(path: Path, rows: Iterable[tuple[Any, ...]], position: int) -> Columns:
    """The columns of all rows of a table, in the order of their keys, in a file at a path."""
    with _arrays_of(rows, path.parent) as (count, arrays):
        return _written(path, arrays, count, position, _room(count))


def _room(count: int) -> int:
    """For how many more rows a file of so many has room."""
    return max(ROOM, min(count // 8, TAIL + TAIL // 4))


@contextmanager
def _arrays_of(
    rows: Iterable[tuple[Any, ...]], folder: Path | None = None
) -> Iterator[tuple[int, Iterator[npt.NDArray[Any]]]]:
    """How many rows there are, and the array of each member, sorted.

    They lie in a nameless file of a folder until they are taken, so that however many there are, no
    more than one member of all rows is in memory.
    """
    left = iter(rows)
    with TemporaryFile(dir=folder) as file:
        parts: list[int] = []
        while batch := list(itertools.islice(left, PART)):
            part = {name: np.empty(len(batch), kind) for name, kind in MEMBERS.items()}
            _fill(part, slice(0, len(batch)), batch)
            parts.append(len(batch))
            for array in part.values():
                file.write(array.tobytes())
        count = sum(parts)

        def member(name: str) -> npt.NDArray[Any]:
            array, done, at = np.empty(count, MEMBERS[name]), 0, 0
            for size in parts:
                file.seek(at + size * _BEFORE[name])
                content = file.read(size * array.itemsize)
                array[done : done + size] = np.frombuffer(content, array.dtype)
                done, at = done + size, at + size * WIDTH
            return array

        listed = member("facet").astype(np.int64) << 32 | member("place")
        order = listed.argsort(kind="stable")
        del listed
        yield count, (member(name)[order] for name in MEMBERS)


def _span_of(ordered: npt.NDArray[Any], low: int, high: int) -> tuple[int, int]:
    """Where the values from `low` up to `high` lie in an array in order.

    They are given in the array's own kind: for any other, all of it would be copied.
    """
    kind = ordered.dtype.type
    return int(ordered.searchsorted(kind(low))), int(ordered.searchsorted(kind(high)))


def _written(
    path: Path, arrays: Iterable[npt.NDArray[Any]], count: int, position: int, room: int
) -> Columns:
    """Columns of so many rows, given in the order of `MEMBERS`, in a file at a path."""
    # Arrays begin where a line of the processor's cache does, whatever the sizes of those before.
    capacity = -(-(count + room) // 64) * 64
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        _write(beside, arrays, count, capacity, position)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return Columns.mapped(path)


def _write(
    path: Path, arrays: Iterable[npt.NDArray[Any]], count: int, capacity: int, position: int
) -> None:
    with path.open("wb") as file:
        # Room that is only promised would end the process when a disk is full.
        os.posix_fallocate(file.fileno(), 0, HEADER + capacity * WIDTH)
        offset, total = HEADER, 0
        weights = _weights(np.arange(count))
        for number, (array, kind) in enumerate(zip(arrays, MEMBERS.values(), strict=True)):
            file.seek(offset)
            column = array.astype(kind, copy=False)
            file.write(column.tobytes())
            total += _weighed(column, weights) * _weight_of(number)
            offset += capacity * np.dtype(kind).itemsize
        file.seek(0)
        file.write(_header(capacity, count, position, total))


def _header(capacity: int, count: int, position: int, total: int) -> bytes:
    numbers = [FORM, capacity, count, count, position, 0, 0, this_boot()]
    total += _sum_of_head(capacity, count, count)
    return np.array(numbers, np.int64).tobytes() + np.uint64(total & LARGEST).tobytes()


def _sum_of_head(capacity: int, count: int, end: int) -> int:
    """What the numbers that say where rows lie add to the sum."""
    return (capacity * 3 + count * 5 + end * 7) * ODD


def _sum_of(at: Mapping[str, npt.NDArray[Any]], part: slice | Indexes) -> int:
    """What some rows add to the sum."""
    indexes = np.arange(part.start, part.stop) if isinstance(part, slice) else part
    weights = _weights(indexes)
    total = 0
    for number, name in enumerate(MEMBERS):
        total += _weighed(at[name][part], weights) * _weight_of(number)
    return total


def _weights(indexes: Indexes) -> npt.NDArray[np.uint64]:
    weights = indexes.astype(np.uint64)
    weights *= np.uint64(ODD)
    weights |= np.uint64(1)
    return weights


def _weight_of(member: int) -> int:
    return ODD * (2 * member + 1)


def _weighed(numbers: npt.NDArray[Any], weights: npt.NDArray[np.uint64]) -> int:
    return int(np.dot(numbers.astype(np.uint64), weights))


@cache
def this_boot() -> int:
    """A number of the time that began when the system was started."""
    return int(system_uptime().boot[:8], 16)


def _fill(at: dict[str, npt.NDArray[Any]], part: slice, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows, as the table has them, into a part of the arrays."""
    if not rows:
        return
    of = dict(zip(Stored._fields, zip(*rows, strict=True), strict=True))
    for name in ("facet", "record", "seq", "kf"):
        at[name][part] = of[name]
    for name in ("odds", "statement", "ks"):
        at[name][part] = [number or 0 for number in of[name]]
    at["place"][part] = list(map(place_of, of["country"], of["field"], of["class_"]))
    at["value"][part] = [
        OTHER_VALUE if isinstance(value, str) else value or 0 for value in of["value"]
    ]
    at["more"][part] = [
        others is not None or text is not None
        for others, text in zip(of["others"], of["text"], strict=True)
    ]
    at["kt"][part] = [OPEN_HIGH if kt is None else kt for kt in of["kt"]]
    for name, otherwise in (
        ("vf", OPEN_LOW),
        ("vt", OPEN_HIGH),
        ("sf", OPEN_LOW),
        ("st", OPEN_HIGH),
    ):
        days = np.array([NO_DAY if day is None else day for day in of[name]], np.int64)
        at[name][part] = np.where(days == NO_DAY, otherwise, days.clip(FIRST_DAY, LAST_DAY))
