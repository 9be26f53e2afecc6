"""A sheet at the desk: a table of what was read, faults beside their cells, and then recorded."""

from __future__ import annotations

from io import BytesIO

import pytest
from werkzeug.test import TestResponse

from events.sheets.reading import MOST_FAULTS
from tests.service.desk.browser import Browser
from tests.service.desk.story import head, page, recorded
from tests.story.telling import Teller

SHEET = "id,facility,modality,date,title\nseen,juno,actual,31/12/2025,'=Seen\n"


def sent(desk: Browser, file: bytes, **fields: str | list[str]) -> TestResponse:
    """A file that is looked at."""
    form = desk.page("/desk/batch").form("preview")
    data = {**dict(form.filled(fields)), "do": "preview", "file": (BytesIO(file), "a.csv")}
    return desk.client.post(form.action, data=data, headers=desk.headers)


def test_a_sheet_is_looked_at_and_recorded(grace: Browser, told: Teller) -> None:
    """What was pasted: a date is shown as it was read, and what is recorded is what was shown."""
    looked = grace.look("/desk/batch", text=SHEET.replace("\n", "\r\n"), type="observation")
    assert looked.status_code == 200
    assert page(looked).says("31/12/2025 → 2025-12-31")
    assert grace.record(looked).status_code == 303
    line = {"type": "observation", "id": "seen", "facility": "juno", "modality": "actual"}
    (found,) = recorded(told.archive, head(told.archive) - 1)
    assert found == {**line, "date": "2025-12-31", "title": "=Seen", "by": "grace"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_takes_the_place_of_the_text(grace: Browser, encoding: str) -> None:
    """And becomes it, so that it can be mended."""
    looked = sent(grace, SHEET.encode(encoding), text="other", type="observation")
    assert looked.status_code == 200
    assert page(looked).form("preview").value("text") == SHEET
    assert page(looked).form("record").value("type") == "observation"


def test_faults_stand_beside_their_cells(grace: Browser, told: Teller) -> None:
    """All of them, in the language of the page; what was sent is kept, and is never markup."""
    before = head(told.archive)
    text = SHEET.replace("31/12", "03/04") + "x,<b>,actual,2025,<script>alert(1)</script>\n"
    looked = grace.look("/desk/batch?lang=zh", text=text, type="observation")
    assert looked.status_code == 422
    html = looked.get_data(as_text=True)
    assert "<script>alert" not in html
    assert "<b>," not in html
    assert page(looked).form("preview").value("text") == text
    cell = html.partition('<td class="bad">03/04/2025')[2].partition("</td>")[0]
    assert "2025-04-03" in cell
    assert "有两种含义" in cell
    assert head(told.archive) == before


def test_what_is_no_sheet_is_told_with_the_text_kept(grace: Browser) -> None:
    """A header that cannot be read, another encoding, another type."""
    looked = grace.look("/desk/batch", text="id,titel\na,b\n", type="source")
    assert page(looked).says("B1 titel : no column is called 'titel': is title meant?")
    latin = sent(grace, "id,title\na,\xe4\n".encode("latin-1"), text="kept", type="source")
    assert page(latin).says("save it as “CSV UTF-8”")
    assert page(latin).form("preview").value("text") == "kept"
    form = grace.page("/desk/batch").form("preview")
    other = grace.post(form.action, form.filled({"text": SHEET, "type": "nonsense"}))
    assert other.status_code == 422


def test_a_word_that_a_cell_does_not_take_is_told_with_those_that_it_does(grace: Browser) -> None:
    """As the sheet would say them."""
    looked = grace.look("/desk/batch", text=SHEET.replace("actual", "actully"), type="observation")
    assert page(looked).says("C2 modality : It takes one of: actual, planned.")


def test_a_row_without_an_id_gets_one_that_stands_in_the_text(grace: Browser, told: Teller) -> None:
    """Each another, in the place that its row has; so what is recorded is what was looked at."""
    text = (
        "type=milestone,id,facility,milestone,modality,date,title\n"
        ",,juno,upgraded,actual,2026-02,More tubes\n"
        "\n"
        "milestone,mine,juno,suspended,actual,2026-03,'=A pause\n"
        ',,juno,upgraded,actual,2026-04,"Yet, more"\n'
    )
    looked = grace.look("/desk/batch", text=text)
    assert looked.status_code == 200, looked.text
    assert page(looked).form("preview").value("text").split("\n") == [
        "type,id,facility,milestone,modality,date,title",
        "milestone,juno-upgraded-2026,juno,upgraded,actual,2026-02,More tubes",
        "",
        "milestone,mine,juno,suspended,actual,2026-03,'=A pause",
        'milestone,juno-upgraded-2026-2,juno,upgraded,actual,2026-04,"Yet, more"',
        "",
    ]
    assert grace.record(looked).status_code == 303
    ids = [line["id"] for line in recorded(told.archive, 4)]
    assert ids == ["juno-upgraded-2026", "mine", "juno-upgraded-2026-2"]


def test_however_many_rows_have_no_id_each_gets_one(grace: Browser) -> None:
    """Alike or not, more than the faults after which no row of a sheet is read."""
    text = "id,medium,title\n" + ",book,Diary\n" * (MOST_FAULTS + 500)
    looked = grace.look("/desk/batch", text=text, type="source")
    assert looked.status_code == 200
    ids = [line.partition(",")[0] for line in page(looked).form("preview").value("text").split()]
    assert ids == ["id", "diary", *(f"diary-{number}" for number in range(2, MOST_FAULTS + 501))]


def test_a_row_without_an_id_is_told_only_what_else_is_wrong_with_it(grace: Browser) -> None:
    """Also where so much is wrong that no further row is read."""
    text = "id,medium,title\n" + ",nothing,\n" * MOST_FAULTS
    looked = grace.look("/desk/batch", text=text, type="source")
    assert looked.status_code == 422
    assert page(looked).says("title : It is missing")
    assert not page(looked).says("id : It is missing")


def test_a_row_whose_cells_stand_beneath_no_column_is_left_as_it_is(grace: Browser) -> None:
    """Nothing of a text is lost to an id."""
    text = "id,facility,modality,date,title\n,juno,actual,2025,Seen,more\n"
    looked = grace.look("/desk/batch", text=text, type="observation")
    assert looked.status_code == 422
    assert page(looked).form("preview").value("text") == text


def test_the_columns_of_each_type_are_told(grace: Browser) -> None:
    """Which are required, which words one takes, and how sources are written."""
    shown = grace.page("/desk/batch")
    for words in (
        "modality Actual or planned required one of: actual, planned",
        "sources Sources ids of sources, each with the place in it behind a #: yearbook#p. 3;",
        "attributes Further facts a column for each, such as attributes.cost_usd",
    ):
        assert shown.says(words), words
    assert not shown.says("id Id required")


@pytest.mark.parametrize(
    ("head", "kind", "type"),
    [("", "", "observation"), ("type,", "observation,", ""), ("type=observation,", ",", "")],
)
def test_a_sheet_without_a_column_for_ids_gets_one(
    grace: Browser, told: Teller, head: str, kind: str, type: str
) -> None:
    """However the type of its rows is said; an id is suggested for each."""
    text = f"{head}facility,modality,date,title\n{kind}juno,actual,2025,Seen\n"
    looked = grace.look("/desk/batch", text=text, type=type)
    assert looked.status_code == 200, looked.text
    assert page(looked).form("preview").value("text").startswith("id,")
    assert grace.record(looked).status_code == 303
    (found,) = recorded(told.archive, 4)
    assert found["id"] == "juno-seen-2025"


def test_letters_and_blanks_of_columns_and_of_words_of_a_list_are_no_matter(
    grace: Browser, told: Teller
) -> None:
    """Where one thing alone can be meant; whatever stands between the cells."""
    head = "Facility;Milestone; Modality ;Date;STATED;Title;Title ZH;Attributes.Depth"
    text = f"{head}\njuno;Operation started;Planned;2031;2026;Again;再次;700\n"
    looked = grace.look("/desk/batch", text=text, type="milestone")
    assert looked.status_code == 200, looked.text
    assert grace.record(looked).status_code == 303
    (found,) = recorded(told.archive, 4)
    assert (found["milestone"], found["modality"]) == ("operation-started", "planned")
    assert (found["title_zh"], found["attributes"]) == ("再次", {"Depth": 700})
    typed = "TYPE,Id,Name,Country,Field,Class\nFacility,x,X,cn,Particle physics,Collider\n"
    assert grace.look("/desk/batch", text=typed).status_code == 200


def test_an_unknown_column_hides_no_other_fault(grace: Browser) -> None:
    """And is told with the one that is meant; nothing is told of what it lacks."""
    text = "faciliti,modality,date,titel,wholly other\njuno,actually,03/04/2025,Seen,x\n"
    looked = grace.look("/desk/batch", text=text, type="observation")
    assert looked.status_code == 422
    shown = page(looked)
    for words in (
        "A1 faciliti : no column is called 'faciliti': is facility meant?",
        "D1 titel : no column is called 'titel': is title",
        "E1 wholly other : 'wholly other' is no member of a line",
        "B2 modality : It takes one of: actual, planned.",
        "C2 date : 03/04/2025 could be 2025-04-03 or 2025-03-04",
    ):
        assert shown.says(words), words
    assert not shown.says("title : It is missing")
    assert not shown.says("there is no column")
    chinese = page(grace.look("/desk/batch?lang=zh", text=text, type="observation"))
    assert chinese.says("没有名为'faciliti'的列：是否指facility？")
