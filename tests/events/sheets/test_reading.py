"""A sheet is read as the lines that it says, or refused with the place and what would do."""

from __future__ import annotations

import csv
import tracemalloc
from contextlib import suppress
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.canonical import canonical
from events.catalogue import BY_TYPE, CATALOGUE
from events.decision import decide
from events.errors import AmbiguousDate, BadDate, CellsRefused, Refusal, SheetRefused
from events.fact import Fact, Line
from events.orders import Command
from events.outline import Outline
from events.sheets.dates import edtf
from events.sheets.guard import FORMULA, guarded, unguarded
from events.sheets.members import kind_of, members_of, template, text_of
from events.sheets.reading import (
    LARGEST_SHEET,
    LONGEST_ROW,
    Sheet,
    decoded,
    read_sheet,
)
from tests.events.test_catalogue import FACTS, examples

SOURCES = "id,medium,title\n"

NO_ID = "an id is lower-case letters and digits, joined by single hyphens"
TWO = "it has two meanings (one of: 2025-04-03, 2025-03-04)"
QUOTED = "a quotation mark stands inside a cell in quotation marks: write it twice"
OTHER = "the sheet was sent as one of 'source'"


def written(lines: list[Line], *, delimiter: str = ",") -> str:
    """Lines of one type as a sheet, under the header of its template."""
    head = template(lines[0]["type"])
    text = StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(head)
    kinds = {name: kind_of(name) or "text" for name in ("type", *head[1:])}
    writer.writerows(
        [[text_of(kind, line.get(name)) for name, kind in kinds.items()] for line in lines]
    )
    return text.getvalue()


def lines_of(sheet: Sheet) -> list[Any]:
    """What the rows of a sheet say."""
    return [row.order.line for row in sheet.rows]


def refused(text: str, type: str | None = None) -> list[str]:
    """All that is wrong with a sheet, cells and rows too, in words."""
    try:
        sheet = read_sheet(text, type=type)
        command = Command(orders=tuple(sheet.orders), actor="li", request="1")
        try:
            decide(command, Nothing(), today=20_000)
        except Refusal as refusal:
            raise sheet.placed(refusal) from None
    except SheetRefused as refused:
        return [str(fault) for fault in refused.faults]
    return []


class Nothing:
    """An empty log."""

    def claimed(self, space: str, ids: Any) -> dict[str, str]:
        """None of them is."""
        del space, ids
        return {}

    def stream(self, stream: str) -> list[Any]:
        """None."""
        del stream
        return []

    def outline(self, stream: str) -> Outline:
        """Of nothing."""
        del stream
        return Outline()


# --- round


@FACTS
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_lines_of_each_type_go_round(fact: type[Fact], delimiter: str) -> None:
    """Whatever a stored line of a type says, its row says too, whichever sign is between cells."""
    lines = examples(fact)
    assert lines_of(read_sheet(written(lines, delimiter=delimiter))) == lines


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1).filter(
    lambda text: text == text.strip()
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(TEXTS, inside, max_size=3),
    max_leaves=5,
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXTS,
    "date": st.sampled_from(["2013", "-0240", "198X~", "../2016", "2024-10/2024-12", "Y12025"]),
    "number": st.integers(-(10**9), 10**9) | st.floats(-1e15, 1e15),
    "flag": st.booleans(),
    "list": st.lists(TEXTS, min_size=1, max_size=3),
    "citations": st.lists(
        st.fixed_dictionaries({"id": TEXTS}, optional={"locator": TEXTS}), min_size=1, max_size=3
    ),
    "object": st.dictionaries(TEXTS, JSON, max_size=3),
}


@st.composite
def line_like(draw: st.DrawFn) -> Line:
    """Members of a type with any values of their kinds, fit for it or not."""
    fact = draw(st.sampled_from(CATALOGUE))
    members = members_of(fact).values()
    named = {each.name: draw(st.none() | VALUES[each.kind]) for each in members}
    said = {name: value for name, value in named.items() if value is not None}
    return {"type": fact.TYPE, **said}


@given(line_like())
def test_whatever_a_member_holds_its_cell_says(line: Line) -> None:
    """Semicolons, hash signs, brackets, formulas and line breaks in texts are no way out of a
    cell."""
    (said,) = lines_of(read_sheet(written([line])))
    held = said.line if isinstance(said, CellsRefused) else said
    assert canonical(held) == canonical(line)


@given(st.text(alphabet=[*"'a 1", *FORMULA]))
def test_the_guard_is_taken_off_exactly(text: str) -> None:
    """No text begins a formula once it is guarded, and each comes back as it was."""
    assert not guarded(text).startswith(FORMULA)
    assert unguarded(guarded(text)) == text


@given(st.text(alphabet=st.sampled_from('id,;\t"\n\r type=source#[]{}é')) | st.text())
def test_any_text_is_a_sheet_or_is_refused(text: str) -> None:
    """With a place and a reason, never by another error."""
    for type in (None, "source"):
        with suppress(SheetRefused):
            assert read_sheet(text, type=type).rows


@given(st.binary(max_size=300))
def test_any_bytes_are_a_text_or_are_refused(raw: bytes) -> None:
    """Whatever a file holds."""
    for begun in (b"", b"\xff\xfe", b"\xef\xbb\xbf"):
        with suppress(SheetRefused):
            assert "\0" not in decoded(begun + raw)


# --- dates


@pytest.mark.parametrize(
    ("cell", "date"),
    [
        ("31/12/2025", "2025-12-31"),
        ("12/31/2025", "2025-12-31"),
        ("5/5/2025", "2025-05-05"),
        ("31.12.2025 0:00", "2025-12-31"),
        ("2013-05-06 00:00:00", "2013-05-06"),
        ("12/2013", "2013-12"),
        ("2013/5/6", "2013-05-06"),
        ("2013.5", "2013-05"),
        ("2013.10", "2013-10"),
        ("2013年5月6日", "2013-05-06"),
        ("2013年", "2013"),
        ("6-May-2013", "2013-05-06"),
        ("May 6, 2013", "2013-05-06"),
        ("Sept 2013", "2013-09"),
        ("ſept 2013", "2013-09"),  # a long s, which is an S to whoever reads without case
        ("2013/2014", "2013/2014"),
        ("1987~", "1987~"),
    ],
)
def test_a_date_of_one_meaning_is_taken(cell: str, date: str) -> None:
    """As spreadsheets and their users write it; EDTF as it is."""
    assert edtf(cell) == date


@pytest.mark.parametrize(
    ("cell", "meanings"),
    [
        ("03/04/2025", ("2025-04-03", "2025-03-04")),
        ("2013.1", ("2013-01", "2013-10")),
        ("31-Dec-25", ("2025-12-31", "1925-12-31")),
        ("Dec-13", ("2013-12", "1913-12")),
        ("41400", ("2013-05-06", "2017-05-07")),
    ],
)
def test_a_date_of_two_meanings_is_asked_back(cell: str, meanings: tuple[str, str]) -> None:
    """With both."""
    with pytest.raises(AmbiguousDate) as refused:
        edtf(cell)
    assert refused.value.allowed == meanings


@pytest.mark.parametrize("cell", ["31/02/2025", "30/2/2013", "2013/14", "Mayor 2013"])
def test_what_is_no_date_is_refused(cell: str) -> None:
    """However much it looks like one."""
    with pytest.raises(BadDate):
        edtf(cell)


@pytest.mark.parametrize("cell", ["31/12/25", "5/6/13", "13-5-6", "31.12.25 0:00"])
def test_a_day_in_short_numbers_wants_its_year_in_full(cell: str) -> None:
    """Any of them may be the year, and no slash of it is one of an interval."""
    with pytest.raises(BadDate, match="a year has four digits"):
        edtf(cell)


# --- what cells say


def test_columns_of_facts_and_of_changes_are_read_by_what_they_hold() -> None:
    """`attributes.depth_m`, also beside JSON; `changes.date` as a date, and null removes."""
    head = "type,id,title,attributes,attributes.depth_m,statement,changes.date,changes.summary\n"
    sheet = read_sheet(
        f'{head}observation,a,A,"{{""kind"": ""7""}}",700,,,\ncorrection,,,,,a,12/2013,null\n'
    )
    told, mended = lines_of(sheet)
    assert told.line["attributes"] == {"kind": "7", "depth_m": 700}
    assert mended.line["changes"] == {"date": "2013-12", "summary": None}


def test_all_that_is_wrong_is_told_at_once_by_row_and_column() -> None:
    """Cells that cannot be read, members that are missing, ids that are taken or unknown; and
    whoever builds on a row at fault is not refused for its sake."""
    assert refused(
        "type,id,medium,title,modality,date,sources,dropped\n"
        "source,book,book,A book\n"
        "\n"
        "source,page,web page,A page\n"
        "source,book,book,Again\n"
        "observation,x,,,actual,03/04/2025,book#p. 3; page,maybe\n"
        "observation,y,,Y,acutal,2025,lost\n"
        "observation,z,,Z,actual,2025,lost\n"
        "remark,u,,U\n"
    ) == [
        f"row 4, column medium (C4): {NO_ID}",
        "row 5, column id (B5): source 'book' exists already",
        f"row 6, column date (F6): '03/04/2025' is not a date: {TWO}",
        "row 6, column dropped (H6): 'maybe' is neither true nor false (one of: true, false)",
        "row 6, column title (D6): 'title' is missing",
        "row 7, column modality (E7): Invalid enum value 'acutal' (one of: actual, planned)",
        "row 7, column sources (G7): no source 'lost' is recorded",
        "row 8, column sources (G8): no source 'lost' is recorded",
        f"row 9, column type (A9): 'remark' is no type of line (one of: {', '.join(BY_TYPE)})",
    ]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", ["it is empty: its first row names the columns, as a template does"]),
        (SOURCES, ["it has no row beneath its header"]),
        (
            "id,Medium,titel,id\na,b,c,d",
            [
                "row 1, column Medium (B1): 'Medium' is no member of a line (one of: medium)",
                "row 1, column titel (C1): 'titel' is no member of a line (one of: title)",
                "row 1, column id (D1): the column 'id' stands twice",
                "row 1: there is no column 'medium', which a source needs",
                "row 1: there is no column 'title', which a source needs",
            ],
        ),
        (f"{SOURCES}a,b,c,,d\n", ["row 2: the cell E2 stands under no name of a column"]),
        (
            f'{SOURCES}a,b,c\nd,"e"f,g\n',
            [f"row 3 (B3): {QUOTED}"],
        ),
        (f'{SOURCES}a,b,"c\nd,e,f\n', ["row 2 (C2): a quotation mark is never closed"]),
        (
            f"{SOURCES}a,b,{'x' * LONGEST_ROW}\n",
            [f"row 2 (C2): the row has more than {LONGEST_ROW:,} characters: shorten it"],
        ),
        (SOURCES + "\n" * 9_999, ["it has no row beneath its header"]),
        (SOURCES + "\n" * 10_000, ["row 10001: it has more than 10,000 rows: split it"]),
        ("type=facility,id,name,country,field\n", [f"row 1, column type=facility (A1): {OTHER}"]),
    ],
)
def test_what_is_no_sheet_says_where_and_what_would_do(text: str, faults: list[str]) -> None:
    """Its header, its quotation marks, its bounds."""
    assert refused(text, "source") == faults


def test_after_a_thousand_faults_no_row_is_read_and_that_is_said() -> None:
    """So that what is told of a sheet stays small, and nobody takes it for all."""
    faults = refused("type,id,title\n" + "source,A,\n" * 500)
    assert len(faults) == 1_003
    assert faults[-1] == "row 336: the rows from here on were not read: mend those above first"


def test_without_a_type_a_sheet_says_which_there_are() -> None:
    """By a column, by the header of a template, or by whoever sends it."""
    (fault,) = refused("id,title\na,b\n")
    assert fault.startswith("row 1: of which type are the rows?")
    assert refused("type,id,medium,title\nsource,a,book,A\n") == []
    assert refused("type=source,id,medium,title\n,a,book,A\n") == []


# --- files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_spreadsheets_save_is_read(encoding: str, end: str) -> None:
    """Byte order marks, line ends, and a cell with a line break in it."""
    text = f'{SOURCES}a,book,"Zwei\nZeilen, 两行"\n'.replace("\n", end)
    (line,) = lines_of(read_sheet(decoded(text.encode(encoding)), type="source"))
    assert line["title"] == "Zwei\nZeilen, 两行"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_blanks_before_a_quotation_mark_are_left_out(delimiter: str) -> None:
    """Whoever writes a sheet by hand puts them there, and what stands between the marks is one
    cell."""
    text = f'id, "medium", title, author\na, book, "One{delimiter} two", \n'
    (line,) = lines_of(read_sheet(text.replace(", ", f"{delimiter} "), type="source"))
    assert line["title"] == f"One{delimiter} two"
    assert refused(f'{SOURCES}a, "b"c,d\n', "source") == [f"row 2 (B2): {QUOTED}"]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (f"{SOURCES}a,book,书".encode("gb18030"), "row 2: byte 23 is not UTF-8 (perhaps GB18030"),
        (f"{SOURCES}a,book,Äé ".encode("latin-1"), "row 2: byte 23 is not UTF-8 (perhaps"),
        (SOURCES.encode("utf-16-le"), "U+0000"),
        (b"PK\x03\x04rest", "it is a workbook"),
        (b"\xff\xfea", "not UTF-16"),
    ],
)
def test_another_encoding_says_what_to_save_as(raw: bytes, why: str) -> None:
    """And which it may be."""
    with pytest.raises(SheetRefused) as refused:
        decoded(raw)
    assert why in str(refused.value)
    assert "save it as “CSV UTF-8”" in str(refused.value)


SIZE = LARGEST_SHEET // 8


@pytest.mark.parametrize(
    "text",
    [
        '"' * SIZE,
        SOURCES + '"' * SIZE,
        SOURCES + '"",' * (SIZE // 3),
        SOURCES + '"\n",' * (SIZE // 4),
        SOURCES + '"' + "\n" * SIZE,
        "," * SIZE,
        SOURCES + "," * SIZE,
    ],
    ids=["quotes", "a cell of quotes", "empty cells", "breaks", "no end", "a header", "a row"],
)
def test_a_bomb_takes_little_memory(text: str) -> None:
    """Whatever it is of, it is refused at its first rows, however many come after."""
    tracemalloc.start()
    try:
        with pytest.raises(SheetRefused):
            read_sheet(text, type="source")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * 1024 * 1024
