"""A sheet of CSV as orders, each cell at fault with its place.

Whatever a spreadsheet saves as CSV is read, if it can be read in one way only: UTF-8, or UTF-16
with its mark; commas, semicolons or tabs, as the header shows. All faults are found at once: those
of cells here, those of the decision by `Sheet.placed`. Memory is bounded by the rows, the columns
and the longest row.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches
from typing import Any, NamedTuple, cast

import msgspec

from events.catalogue import BY_TYPE
from events.errors import (
    BatchRefused,
    CellsRefused,
    Fault,
    KeyReused,
    MalformedLine,
    Refusal,
    SheetRefused,
)
from events.fact import Fact, Line
from events.orders import Order
from events.sheets.guard import unguarded
from events.sheets.members import (
    BESIDE,
    Kind,
    kind_of,
    kinds,
    meant,
    members_of,
    plain_word,
    value_of,
)

LARGEST_SHEET = 16 * 1024 * 1024
"""In bytes. What is read of it takes up to twenty times its size."""

MOST_ROWS = 10_000
"""In a sheet, its header and empty ones included, so that it is decided in seconds."""

MOST_COLUMNS = 200

LONGEST_ROW = 131_072
"""In characters: an event has fewer bytes, and the reader of CSV takes no longer cell."""

MOST_FAULTS = 1_000
"""So many are told of at once; rows after them are not read."""

PASSED_OVER = frozenset({"earliest", "latest", "said", "standing", "why"})
"""Columns of our CSV of statements that follow from what is recorded."""


class Row(NamedTuple):
    """A row as it was read: its number in a spreadsheet, its cells, and the order that they are."""

    number: int
    cells: tuple[str, ...]
    order: Order


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet: its columns by name, and its rows that are not empty."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def orders(self) -> list[Order]:
        """The rows as orders, numbered as a spreadsheet numbers them; a row at fault is refused."""
        return [row.order for row in self.rows]

    def placed(self, refusal: Refusal) -> Refusal:
        """Why the orders of the sheet were refused, by row and column; another refusal as it is."""
        if isinstance(refusal, BatchRefused):
            numbered: Iterable[tuple[int, Refusal]] = refusal.refusals
        elif len(self.rows) == 1 and not isinstance(refusal, KeyReused):
            numbered = [(self.rows[0].number, refusal)]
        else:
            return refusal
        return SheetRefused(
            [
                self.fault(row, cell)
                for row, each in numbered
                for cell in (each.refusals if isinstance(each, CellsRefused) else (each,))
            ]
        )

    def fault(self, row: int, refusal: Refusal) -> Fault:
        """A refusal with its place: a row, a column, a cell."""
        steps = refusal.pointer.split("/")[1:3]
        inside, member = ".".join(steps), steps[0] if steps else ""
        column = inside if inside in self.columns else member
        is_there = column != "" and column in self.columns
        cell = cell_name(self.columns.index(column), row) if is_there else ""
        return Fault(refusal, row, column, cell)


def cell_name(place: int, row: int) -> str:
    """What a spreadsheet calls a cell, by the place of its column.

    >>> cell_name(2, 7), cell_name(27, 1)
    ('C7', 'AB1')
    """
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


# --- from bytes to text


def decoded(raw: bytes) -> str:
    """The text of a file. Raises SheetRefused, which says what to save it as."""
    if raw.startswith(_WORKBOOKS):
        raise _whole("it is a workbook, not CSV: save it as “CSV UTF-8”")
    is_utf_16 = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = raw.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        found = "UTF-16" if is_utf_16 else f"UTF-8 {_other_encoding(raw)}"
        why = f"byte {error.start} is not {found}: save it as “CSV UTF-8”"
        raise SheetRefused([Fault(MalformedLine(why), 0 if is_utf_16 else row)]) from None
    if "\0" in text:
        raise _whole("it has characters U+0000, as UTF-16 without its mark: save it as “CSV UTF-8”")
    return text


_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def _other_encoding(raw: bytes) -> str:
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return "(perhaps Latin-1 or Windows-1252)"
    return "(perhaps GB18030, GBK or Latin-1)"


def _whole(why: str) -> SheetRefused:
    return SheetRefused([Fault(MalformedLine(why))])


# --- from text to orders


def read_sheet(text: str, *, type: str | None = None, by_hand: bool = False) -> Sheet:
    """The orders of a sheet, whose rows are of a type unless they say another.

    Of one that a person made `by_hand`, and will look at, what has a single meaning is taken for
    it: names of columns, and words of lists, in other letters. Nobody need give ids there, and what
    is wrong with its header hides nothing that is wrong with its cells.

    Raises SheetRefused where its header cannot be read, or the text is no CSV.
    """
    rows = _rows(text, by_hand=by_hand)
    head = next((each for each in rows if any(each[1])), None)
    if head is None:
        raise _whole("it is empty: its first row names the columns, as a template does")
    header = _header(*head, type, by_hand=by_hand)
    columns, said = header.columns, header.type
    if header.faults and not (by_hand and header.is_typed):
        raise SheetRefused(header.faults)
    found: list[Row] = []
    faults = 0
    for number, cells in rows:
        if not any(cells):
            continue
        row = _row(number, cells, columns, said, by_hand=by_hand)
        found.append(row)
        faults += len(row.order.line.refusals) if isinstance(row.order.line, CellsRefused) else 0
        if faults > MOST_FAULTS:
            rest = MalformedLine("the rows from here on were not read: mend those above first")
            order = Order(number + 1, CellsRefused([rest], {}))
            found.append(Row(number + 1, ("",) * len(columns), order))
            break
    sheet = Sheet(columns=columns, rows=tuple(found))
    if header.faults:
        raise SheetRefused([*header.faults, *_besides(sheet, header.lacking)])
    if not found:
        raise _whole("it has no row beneath its header")
    return sheet


def _besides(sheet: Sheet, lacking: Collection[str]) -> Iterator[Fault]:
    """What is wrong with the cells of a sheet, besides that members `lacking` have no column."""
    for row in sheet.rows:
        if isinstance(row.order.line, CellsRefused):
            for refusal in row.order.line.refusals:
                fault = sheet.fault(row.number, refusal)
                if fault.column not in lacking:
                    yield fault


def _rows(text: str, *, by_hand: bool) -> Iterator[tuple[int, list[str]]]:
    """Each row with its number, the blanks around its cells left out. Raises SheetRefused."""
    lines, delimiter = _Lines(text), _delimiter(text, by_hand=by_hand)
    reader = _cells(lines, delimiter, strict=True)
    number = 0
    while True:
        number += 1
        lines.begin_row()
        try:
            row = next(reader)
        except StopIteration:
            return
        except (csv.Error, _TooLong) as error:
            raise _unreadable(number, lines.taken, delimiter, error) from None
        if number > MOST_ROWS:
            why = f"it has more than {MOST_ROWS:,} rows: split it"
            raise SheetRefused([Fault(MalformedLine(why), number)])
        yield number, [cell.strip() for cell in row]


def _cells(lines: Iterable[str], delimiter: str, *, strict: bool = False) -> Iterator[list[str]]:
    """The cells of each row; blanks before a quotation mark do not make it a part of the text."""
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=strict)


class _TooLong(Exception):
    """A row goes on for too long."""


class _Lines:
    """The lines of a text for the reader of CSV; keeps those that it took for the row at hand."""

    def __init__(self, text: str) -> None:
        self._lines = _lines(text)
        self.begin_row()

    def begin_row(self) -> None:
        """Forget what was taken."""
        self._taken: list[str] = []
        self._length = 0

    @property
    def taken(self) -> str:
        """What was taken of the row, up to what is too long for one."""
        return "".join(self._taken)[:LONGEST_ROW]

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._taken.append(line)
        self._length += len(line)
        if self._length > LONGEST_ROW:
            raise _TooLong
        return line


def _lines(text: str) -> Iterator[str]:
    """The lines of a text with their ends, however those are written."""
    return (found[0] for found in _LINE.finditer(text))


_LINE = re.compile("[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def _unreadable(number: int, taken: str, delimiter: str, error: Exception) -> SheetRefused:
    """Why a row cannot be read, and at which cell."""
    if isinstance(error, _TooLong):
        why = f"the row has more than {LONGEST_ROW:,} characters: shorten it"
        why += ", or close the quotation mark" if taken.count('"') % 2 else ""
    elif _AT_AN_END in str(error):
        why = "a quotation mark is never closed"
    else:
        why = "a quotation mark stands inside a cell in quotation marks: write it twice"
        # The cell is the last one of what can be read before the fault.
        ends = range(len(taken) + 1)
        end = bisect_left(ends, True, key=lambda end: _is_faulty(taken[:end], delimiter))
        taken = taken[: end - 1]
    cells = next(_cells(_lines(taken), delimiter), [])
    place = max(len(cells) - 1, 0)
    return SheetRefused([Fault(MalformedLine(why), number, cell=cell_name(place, number))])


_AT_AN_END = "unexpected end of data"


def _is_faulty(text: str, delimiter: str) -> bool:
    """Whether no text that begins so can be read."""
    try:
        next(_cells(_lines(text), delimiter, strict=True), None)
    except csv.Error as error:
        return _AT_AN_END not in str(error)
    return False


def _delimiter(text: str, *, by_hand: bool) -> str:
    """What stands between the cells of the header: that by which most of them are columns."""
    line = next((each for each in _lines(text[: LONGEST_ROW - 1]) if each.strip()), "")

    def known(delimiter: str) -> int:
        cells = next(_cells([line], delimiter), [])
        return sum(_is_column(_column(cell.strip(), by_hand=by_hand)) for cell in cells)

    return max((",", ";", "\t"), key=known)


# --- the header


_OF_TYPE = "type="
"""How the head of a column begins that says the type of all rows, as a template's does."""


def _is_column(name: str) -> bool:
    return name in PASSED_OVER or name.startswith(_OF_TYPE) or kind_of(name) is not None


def _column(name: str, *, by_hand: bool) -> str:
    """The column that the head of one names; written `by_hand`, in other letters or with blanks.

    >>> _column("Title ZH", by_hand=True), _column("Attributes.Depth", by_hand=True)
    ('title_zh', 'attributes.Depth')
    >>> _column("Title", by_hand=False), _column("Titel", by_hand=True)
    ('Title', 'Titel')
    """
    if not by_hand or _is_column(name):
        return name
    member, dot, inside = name.partition(".")
    head, is_type, type = name.partition("=")
    plain = f"{plain_word(member)}{dot}{inside}"
    if is_type:
        plain = f"{plain_word(head)}={plain_word(type, '-')}"
    return plain if _is_column(plain) else name


class _Header(NamedTuple):
    """The names of the columns, the type of the rows that say none, and what is wrong with them;
    `lacking` are members of which a row could say nothing."""

    columns: tuple[str, ...]
    type: str | None
    faults: list[Fault]
    lacking: frozenset[str]

    @property
    def is_typed(self) -> bool:
        """Whether it is known of which type each row is."""
        return self.type in BY_TYPE or (self.type is None and "type" in self.columns)


def _header(row: int, heads: list[str], given: str | None, *, by_hand: bool) -> _Header:
    """What a header says. Raises SheetRefused for one that is too long."""
    cells = [_column(each, by_hand=by_hand) for each in heads]
    if len(cells) > MOST_COLUMNS:
        why = f"it has {len(cells)} columns, and {MOST_COLUMNS} is the most"
        raise SheetRefused([Fault(MalformedLine(why), row)])
    said = next((cell.partition("=")[2] for cell in cells if cell.startswith(_OF_TYPE)), given)
    columns = tuple("type" if cell.startswith(_OF_TYPE) else cell for cell in cells)
    faults: list[Fault] = []
    taken: set[str] = set()
    for place, cell in enumerate(cells):
        refusal = _column_fault(cell, columns[:place], said, given)
        if by_hand and cell and not _is_column(cell) and (near := _nearest(cell, said)):
            taken.add(near[0])
            why = f"no column is called {cell[:80]!r}: is {near[0]} meant?"
            refusal = MalformedLine(why)
        if refusal is not None:
            faults.append(Fault(refusal, row, cell, cell_name(place, row)))
    there = {*columns, *taken, "id"} if by_hand else {*columns}
    lacks = [*_lacks(there, said, mixed="type" in cells)]
    faults += [Fault(refusal, row) for refusal, _ in lacks]
    return _Header(columns, said, faults, frozenset({*taken, *(name for _, name in lacks)}))


def _column_fault(
    cell: str, before: Collection[str], said: str | None, given: str | None
) -> MalformedLine | None:
    """What is wrong with the head of a column, after those before it."""
    if cell.startswith(_OF_TYPE):
        if said not in BY_TYPE:
            return MalformedLine(f"{str(said)[:80]!r} is no type of line", allowed=tuple(BY_TYPE))
        if given not in (None, said):
            return MalformedLine(f"the sheet was sent as one of {given!r}")
        cell = "type"
    if cell and cell in before:
        return MalformedLine(f"the column {cell[:80]!r} stands twice")
    if cell and not _is_column(cell):
        return MalformedLine(f"{cell[:80]!r} is no member of a line", allowed=_near(cell, said))
    return None


def _lacks(
    columns: Collection[str], said: str | None, *, mixed: bool
) -> Iterator[tuple[MalformedLine, str]]:
    """The columns without which no row can be read: why, and which member."""
    if said is None and not mixed:
        why = "of which type are the rows? Name it, or add a column `type`"
        yield MalformedLine(why, allowed=tuple(BY_TYPE)), "type"
    elif said in BY_TYPE and not mixed:
        there = {name.partition(".")[0] for name in columns}
        for member in members_of(BY_TYPE[said]).values():
            if member.required and member.name not in there:
                why = f"there is no column {member.name!r}, which a {said} needs"
                yield MalformedLine(why), member.name


def _near(name: str, type: str | None) -> tuple[str, ...]:
    """The columns that a name may have been meant for: those like it, else all of the type."""
    return _nearest(name, type) or tuple(_known(type))


def _nearest(name: str, type: str | None) -> tuple[str, ...]:
    """The columns that are like a name."""
    return tuple(get_close_matches(plain_word(name), _known(type)))


def _known(type: str | None) -> Collection[str]:
    return members_of(BY_TYPE[type]) if type in BY_TYPE else kinds()


# --- a row


def _row(
    number: int, cells: list[str], columns: tuple[str, ...], type: str | None, *, by_hand: bool
) -> Row:
    width = len(columns)
    shown = tuple((cells + [""] * width)[:width])
    said = [meant(*each) for each in zip(columns, shown, strict=True)] if by_hand else shown
    line, refusals = _said(said, columns, type)
    refusals += [
        MalformedLine(f"the cell {cell_name(place, number)} stands under no name of a column")
        for place, cell in enumerate(cells[:MOST_COLUMNS])
        if cell and (place >= width or not columns[place])
    ]
    fact = BY_TYPE.get(str(line.get("type")))
    if fact is not None:
        faults = _faults(fact, line, {each.pointer for each in refusals})
        is_without = by_hand and "id" not in line
        refusals += [each for each in faults if not (is_without and each.pointer == "/id")]
    return Row(number, shown, Order(number, CellsRefused(refusals, line) if refusals else line))


def _said(
    cells: Iterable[str], columns: tuple[str, ...], type: str | None
) -> tuple[Line, list[Refusal]]:
    """The members that the cells of a row say, and the cells that cannot be read."""
    line: Line = {} if type is None else {"type": type}
    refusals: list[Refusal] = []
    for column, cell in zip(columns, cells, strict=True):
        text = unguarded(cell.replace("\r\n", "\n").replace("\r", "\n"))
        if not text or column in PASSED_OVER or not _is_column(column):
            continue
        member, _, inside = column.partition(".")
        try:
            _say(line, member, inside, text)
        except Refusal as refusal:
            refusal.pointer = "/".join(("", member, *filter(None, (inside,))))
            refusals.append(refusal)
    if line.get("type") not in BY_TYPE and "/type" not in {each.pointer for each in refusals}:
        named = line.get("type")
        why = "'type' is missing" if named is None else f"{named[:80]!r} is no type of line"
        refusals.append(MalformedLine(why, pointer="/type", allowed=tuple(BY_TYPE)))
    return line, refusals


def _say(line: Line, member: str, inside: str, text: str) -> None:
    """Add what a cell says to a line. Raises BadDate, MalformedLine."""
    kind = cast("Kind", kind_of(f"{member}.{inside}" if inside else member))
    if member == "type" and line.get("type", text) != text:
        raise MalformedLine(f"the sheet is one of {line['type']!r}")
    # A change removes a member by a null.
    removed = member == "changes" and inside and text == "null"
    value: Any = None if removed else value_of(kind, text)
    if not inside and kind != "object":
        line[member] = value
        return
    held, more = line.setdefault(member, {}), {inside: value} if inside else value
    if twice := held.keys() & more.keys():
        raise MalformedLine(f"{min(twice)[:80]!r} stands in another column too")
    held |= more


def _faults(fact: type[Fact], line: Line, unread: Collection[str]) -> list[Refusal]:
    """What else is wrong with a line, besides the members at the pointers `unread`."""
    said = {name: value for name, value in line.items() if name not in BESIDE}
    whole: list[Refusal] = []
    try:
        fact.of(said)
    except Refusal as refusal:
        whole = [refusal]
    if not whole:
        return []
    skipped = {*said, *(pointer.split("/")[1] for pointer in unread if pointer)}
    found: list[Refusal] = [
        MalformedLine(f"{member.name!r} is missing", pointer=f"/{member.name}")
        for member in members_of(fact).values()
        if member.required and member.name not in skipped
    ]
    for name, value in said.items():
        try:
            fact.of({name: value})
        except Refusal as refusal:
            # Alone, a member is mostly refused since others are missing.
            if refusal.pointer.split("/")[1:2] == [name]:
                found.append(refusal)
    # What members say together is known when each can be read.
    return found or ([] if unread else whole)
