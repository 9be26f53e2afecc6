"""A folder that an earlier version made opens, is migrated, and answers what it answered then.

README.md says what is kept of each version, and how.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import lzma
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from events.store.schema import SCHEMA_NUMBER
from service.app import create_app
from service.archive import Archive
from service.cli.command import annales
from service.settings import Settings
from tests.story.telling import Clock, log_digest
from tests.upgrades.make import opens, send

HERE = Path(__file__).parent
VERSIONS = sorted(path.parent.name for path in HERE.glob("*/folder.tar.xz"))


class Allowed(NamedTuple):
    """A difference from what was answered then.

    `since` is the day on which the answers changed, `why` what the changelog says of it,
    `questions` a pattern of the URLs that it is found in, and `becomes` makes of the text of then
    what is answered now.
    """

    since: str
    why: str
    questions: str
    becomes: Callable[[str], str]


def ends_at(known: int, known_at: str, *, goes_on: bool) -> Callable[[str], str]:
    """A page of a followed question that ends at another commit."""

    def becomes(then: str) -> str:
        page = json.loads(then)
        page["pinned"] = page["pinned"].replace(f"known={page['known']}", f"known=@{known}")
        page |= {"known": f"@{known}", "known_at": known_at}
        page["items"] = [item for item in page["items"] if item["position"] <= known]
        page["next"] = re.sub(r"after=\d+", f"after={known}", page["next"]) if goes_on else None
        return json.dumps(page, ensure_ascii=False, separators=(",", ":"))

    return becomes


ENDS_ELSEWHERE = "A page of a followed question ends once its answers have read so many rows."

ALLOWED: tuple[Allowed, ...] = (
    Allowed(
        since="2026-11-26",
        why="An amendment of a source is reported by the source, in the answer to a retry too.",
        questions="^/v1/sources/up-sent/amendments$",
        becomes=lambda then: then.replace('"id":null', '"id":"up-sent"'),
    ),
    Allowed(
        since="2026-11-26",
        why="The lists of a record, a timeline, a statement and a source come in pages.",
        questions=r"^/v1/(records/[^/.?]+(/timeline)?|statements/[^/?]+|sources/[^/?]+)\?"
        "(?!.*format=csv)",
        becomes=lambda then: f'{then[:-1]},"next":null}}' if '"pinned":' in then else then,
    ),
    *(
        Allowed(
            since="2026-11-26",
            why=ENDS_ELSEWHERE,
            questions=rf"^/v1/follows\?of=%2Fv1%2F{question}.*&known=@1615$",
            becomes=becomes,
        )
        for question, becomes in {
            "slips": ends_at(1383, "2026-12-31T12:54:46.506248Z", goes_on=True),
            "state%3Fcountry%3DCN%26at%3D2016": ends_at(
                1533, "2027-01-27T13:51:49.696167Z", goes_on=True
            ),
            "hindsight": ends_at(1615, "2027-02-21T09:00:00.000006Z", goes_on=False),
        }.items()
    ),
)
"""All differences there may be, in the order in which they came. The version of the views, by
which an answer is pinned, is none of them: it stands in every answer, and is not compared."""


class Masked(NamedTuple):
    """What stands in the answers of today and nothing of then tells where: `without` takes the
    places out of both texts before they are compared."""

    since: str
    why: str
    questions: str
    without: Callable[[str], str]


def cut(*patterns: str) -> Callable[[str], str]:
    """A text without what some patterns find."""
    found = re.compile("|".join(patterns))
    return lambda text: found.sub("", text)


def without_columns(text: str) -> str:
    """A CSV of items without the columns and rows that are new."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    kept = [index for index, name in enumerate(rows[0]) if name not in NEW_COLUMNS]
    return "\r\n".join(
        ",".join(row[index] for index in kept) for row in rows if row[0] not in PROPOSED_AGAIN
    )


def without_their_columns(text: str) -> str:
    """What tells of these columns."""
    page = json.loads(text)
    page["notes"][0]["columns"] = [
        name for name in page["notes"][0]["columns"] if name not in NEW_COLUMNS
    ]
    columns = page["tableSchema"]["columns"]
    page["tableSchema"]["columns"] = [each for each in columns if each["name"] not in NEW_COLUMNS]
    return json.dumps(page)


def without_flags(text: str) -> str:
    """What is drawn, without the flag of contested dates; where CEPC is drawn, the words alone."""
    page = json.loads(text)
    page["words"].pop("contested", None)
    page["columns"]["flags"] = [flags & 3 for flags in page["columns"]["flags"]]
    if "cepc" in page["records"]:
        del page["columns"], page["view"]
        page["texts"] = [each for each in page["texts"] if each != "2030"]
    return json.dumps(page)


def without_changes(text: str) -> str:
    """A page of a followed question: at which commits it was altered, and not how. A page does only
    so much work, and answers are longer now: it is read as far as the shorter one goes."""
    page = json.loads(text)
    items = [item for item in page["items"] if item["position"] <= SHORTER]
    return json.dumps([{**item, "changes": None} for item in items])


def without_doubts(text: str) -> str:
    """A calendar, each line of it whole, without what its titles say of disputes."""
    whole = text.replace("\r\n ", "")
    words = r"(?:disputed|date contested|有争议|日期有争议)"
    one_or_both = rf"{words}(?:\\?[,，] ?{words})?"
    return re.sub(rf" ?[(（]{one_or_both}[)）]|\\?[,，] ?{one_or_both}(?=[)）])", "", whole)


def in_words_of_today(text: str) -> str:
    """An answer, its Chinese in the words of today."""
    for then, now in RENAMED.items():
        text = re.sub(then, now, text)
    return text


RENAMED = {
    "设施": "装置",
    "许诺": "承诺",
    "通过国家验收": "通过验收",
    "批准立项|已批准|(?<!已)获批": "已获批",
    "开工建设": "开工",
    "首次出光": "首光",
    "有效的政策": "现行政策",
    "(?<!已)建成": "已建成",
    "已?关闭|(?<!已)退役": "已退役",
    "(?<!已)取消": "已取消",
    "暂停(?!运行)": "暂停运行",
    "已?暂停运行(?:或搁置)?|已搁置": "已暂停运行",
    "的状态为“([^”]*)”，(自[^。；]*?起)": r"\1（\2）",
    "的状态为“([^”]*)”": r"\1",
    "(预计[^。；]*?)为“([^”]*)”": r"\1\2",
    "领域的大科学装置": "大科学装置",
    r" \(百分比\)": "（百分比）",
    "来源: ": "来源：",
    "</a>; ": "</a>；",
}
"""Chinese words and turns, by what they were."""

SHORTER = 1380
"""Where the page ends now."""

NEW_COLUMNS = ("class", "contested", "summary_zh")

PROPOSED_AGAIN = ("cepc/expected/proposed/1", "cepc-planned-proposed-2030")
"""What feeds show of the promise, told in 2026, that CEPC be proposed again in 2030."""

OF_CEPC = r"&field=particle-physics&country=CN"

MASKED: tuple[Masked, ...] = (
    Masked(
        since="2026-11-27",
        why="Chinese has one word for a facility, one for a promise, and others that were mended.",
        questions="^/v1/",
        without=in_words_of_today,
    ),
    Masked(
        since="2026-11-27",
        why="The first slide says its clocks in words.",
        questions=r"^/v1/feeds/timelinejs\?",
        without=cut(r"<p>(?:As of: |截至: )?(<a href=[^>]*view=[^>]*>)[^<]*</a></p>"),
    ),
    Masked(
        since="2026-11-27",
        why="A contested date is marked, a last word that is old is told, and so is how many "
        "promises are still open.",
        questions="",
        without=cut(
            r',"contested":true',
            r',"last_said":"[-0-9+]+"',
            r'"still_open":[0-9]+,',
            r" <small>\((?:date contested|日期有争议)\)</small>",
            r" \((?:date contested|日期有争议)\)",
            r"\\?, date contested(?=\))",
            r"(?<=[a-z]) contested\b",
        ),
    ),
    Masked(
        since="2026-11-27",
        why="The sentence of slips says how many promises are still open.",
        questions=r"^/v1/(records/cepc/)?slips\?",
        without=cut(r'"sentence":\{.*?\]\}\},'),
    ),
    Masked(
        since="2026-11-27",
        why="CEPC was promised to be proposed again: that is open, and no longer replaced by 2012.",
        questions=r"^/v1/(records/cepc/)?slips\?",
        without=cut(
            r'"(?:replaced|pending)":\d+,?',
            r'"outcome":"replaced","ended_by":"cepc-proposed-2012-09"',
            r'"outcome":"pending","ended_by":null',
        ),
    ),
    Masked(
        since="2026-11-27",
        why="CEPC was promised to be proposed again: that is due, expected, and told first.",
        questions=r"^/v1/(due|records/cepc(/timeline)?)\?",
        without=cut(
            r'"total":\d+,',
            r',\{"record":"cepc",(?:(?!"record").)*"statement":"cepc-planned-proposed-2030".*?\}\}',
            r',\{"facet":"expected","value":"proposed",[^}]*\}',
            r'"sentence":\{.*?\]\}\},',
        ),
    ),
    Masked(
        since="2026-11-27",
        why="CEPC was promised to be proposed again: feeds have that plan, and reach that far.",
        questions=rf"^/v1/feeds/(timelinejs|vis-timeline|vega-lite|geojson|icalendar)\?.*{OF_CEPC}",
        without=cut(
            r',\{"unique_id":"cepc-planned-proposed-2030".*?\}\}',
            r',\{"id":"cepc/expected/proposed/1[^}]*\}',
            r'"(?:1973-05-17|1973-03-24|2030-08-07|2033-09-30)T00:00:00"',
            r'"zoomMax":\d+,|"domain":\[[^]]*\]',
            r'"omitted":\d+,|"no-place":\d+',
            r"BEGIN:VEVENT\r\nSUMMARY:CEPC to be proposed again(?s:.*?)END:VEVENT\r\n",
        ),
    ),
    Masked(
        since="2026-11-27",
        why="The titles of a calendar say what is disputed or contested.",
        questions=r"^/v1/feeds/icalendar\?",
        without=without_doubts,
    ),
    Masked(
        since="2026-11-27",
        why="What was recorded says whether it is disputed, and what it contradicts.",
        questions=r"^/v1/feeds/(atom|jsonfeed)\?",
        without=cut(
            r"(?:<|&lt;)p(?:>|&gt;)(?:Disputed|有争议|(?:Contradicts: |与之矛盾：)[^<&]*)"
            r"(?:<|&lt;)/p(?:>|&gt;)",
            r'\s*<category term="disputed" />',
            r',"disputed"(?=\])|,"disputed":true|,?"contradicts":\[[^]]*\]',
        ),
    ),
    Masked(
        since="2026-11-27",
        why="The CSV of a timeline tells of contested dates, classes and Chinese summaries.",
        questions=r"^/v1/feeds/csv\?",
        without=without_columns,
    ),
    Masked(
        since="2026-11-27",
        why="The CSV of a timeline tells of contested dates, classes and Chinese summaries.",
        questions=r"^/v1/feeds/csv-metadata",
        without=without_their_columns,
    ),
    Masked(
        since="2026-11-27",
        why="Contested dates have a flag, and CEPC was promised to be proposed again.",
        questions=r"^/v1/feeds/columns\?",
        without=without_flags,
    ),
    Masked(
        since="2026-11-27",
        why="What alters slips alters how many are still open, and CEPC is one of them.",
        questions=r"^/v1/follows\?of=%2Fv1%2Fslips",
        without=without_changes,
    ),
    Masked(
        since="2026-11-27",
        why="A problem names the facilities that may be meant.",
        questions="^/v1/records/",
        without=cut(r',"near":\[[^\]]*\]'),
    ),
    Masked(
        since="2026-11-27",
        why="What lasts is told by both its ends, and from what happened on a day.",
        questions=r"^/v1/feeds/(geojson|vega-lite|linked-places|facilities)\?",
        without=cut(
            r'"(?:date_text|label|text)":"[^"]*",?',
            r'"point":(?:true|false),?',
            r'"(?:start_)?edtf":"[^"]*",?',
            r'"without_geometry":\d+,?|"omitted":\d+,?|"no-place":\d+',
        ),
    ),
    Masked(
        since="2026-11-27",
        why="It is told what the log holds of what an answer counts.",
        questions="^/v1/",
        without=cut(r',"coverage":\{.*?"figures":\{"en":\[[^\]]*\],"zh":\[[^\]]*\]\}\}\}'),
    ),
    Masked(
        since="2026-11-27",
        why="Where nothing is held, it is not said that nothing was promised.",
        questions="/slips",
        without=cut(
            r'"en":"(Nothing was promised|The chronicle holds no promise)\."',
            r'"zh":"(没有任何承诺|本编年史未收录承诺)。"',
        ),
    ),
    Masked(
        since="2026-11-27",
        why="Sentences say that they count what the chronicle holds, and what they carry on from.",
        questions="^/v1/",
        without=cut(
            r"( Counted are those)? that this chronicle holds\.?|仅统计本编年史收录的装置。",
            r"（仅统计本编年史收录者）",
            r" This is carried on from what was last said, in [A-Z][a-z]+ [0-9]+\.",
            r"以上沿用[^。]*最后一次陈述所言。",
            # Where figures stand in a sentence that has become longer.
            r'(?<="start":)\d+|(?<="end":)\d+',
        ),
    ),
)
"""All of it."""

VIEW = re.compile(r'(\bview(?:"\s*:\s*|=|%3D))\d+')


@cache
def answers(version: str) -> dict[str, str]:
    """What was answered then, by the URL of the question."""
    kept: dict[str, str] = json.loads(
        lzma.decompress((HERE / version / "answers.json.xz").read_bytes())
    )
    return kept


@cache
def held(version: str) -> dict[str, Any]:
    """What else is held of it: its head, its keys, what was sent, the digest of an export."""
    kept: dict[str, Any] = json.loads((HERE / version / "held.json").read_text("utf-8"))
    return kept


def unpacked(version: str, folder: Path) -> Path:
    """The folder as that version left it."""
    with tarfile.open(HERE / version / "folder.tar.xz") as tar:
        tar.extractall(folder, filter="data")
    return folder


def run(folder: Path, *words: str) -> Result:
    """Run `annales` on a folder."""
    result = CliRunner().invoke(annales, ["--data", str(folder), *words])
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    """Each version that a folder is kept of."""
    return str(request.param)


@pytest.fixture
def folder(version: str, tmp_path: Path) -> Path:
    """Its folder, not opened yet."""
    return unpacked(version, tmp_path / "folder")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Flask]]:
    """Gives the service of a version's folder, which was migrated. Only to be read."""
    with ExitStack() as opened:

        @cache
        def service(version: str) -> Flask:
            folder = unpacked(version, tmp_path_factory.mktemp(version))
            run(folder, "migrate")
            clock = Clock(held(version)["asked_at"])
            return create_app(opened.enter_context(Archive(folder, clock=clock)))

        yield service


def without_view(text: str) -> str:
    """A text with one and the same version of the views in it."""
    return VIEW.sub(r"\g<1>0", text)


def compared(question: str, text: str) -> str:
    """A text without what is taken out before it is compared."""
    for masked in MASKED:
        if re.search(masked.questions, question):
            text = masked.without(text)
    return text


def expected(question: str, then: str) -> str:
    """What is answered now to a question that was answered so then."""
    for allowed in ALLOWED:
        if re.search(allowed.questions, question):
            then = allowed.becomes(then)
    return without_view(then)


def lines(text: str) -> list[str]:
    """A text in lines, JSON laid out, to show a difference."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=1).splitlines()
    except ValueError:
        return text.splitlines()


@pytest.mark.parametrize(
    ("version", "question"),
    [(version, question) for version in VERSIONS for question in answers(version)],
)
def test_it_answers_what_it_answered(
    version: str, question: str, migrated: Callable[[str], Flask]
) -> None:
    """All clocks are given, so the answer is the same text for good, but where `ALLOWED` has it."""
    answered = migrated(version).test_client().get(question).get_data(as_text=True)
    then, now = (
        compared(question, text)
        for text in (expected(question, answers(version)[question]), without_view(answered))
    )
    differ = difflib.unified_diff(lines(then), lines(now), "then", "now", lineterm="", n=2)
    assert now == then, "\n".join(differ)


def test_every_difference_that_is_allowed_is_there() -> None:
    """Each has its day, and changes some answer that is kept."""
    kept = [
        *(each for version in VERSIONS for each in answers(version).items()),
        *((sent["path"], sent["answer"]) for version in VERSIONS for sent in held(version)["sent"]),
    ]
    for allowed in ALLOWED:
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", allowed.since), allowed.why
        assert any(
            allowed.becomes(then) != then
            for question, then in kept
            if re.search(allowed.questions, question)
        ), allowed.why


def test_whatever_is_taken_out_is_there(migrated: Callable[[str], Flask]) -> None:
    """Each takes something out of an answer that is kept, or of the same one of today."""
    for masked in MASKED:
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", masked.since), masked.why
        assert any(
            masked.without(text) != text
            for version in VERSIONS
            for question, then in answers(version).items()
            if re.search(masked.questions, question)
            for text in (then, migrated(version).test_client().get(question).text)
        ), masked.why


def test_migrating_leaves_the_log_as_it_is(version: str, folder: Path) -> None:
    """Not one row of it is written anew, and `verify` finds the log and its views whole."""
    before = log_digest(folder)
    position = f"@{held(version)['head']}"
    told = json.loads(run(folder, "migrate", "--json").stdout)
    assert (told["log"]["made"], told["views"]["position"]) == (False, position)
    assert (told["log"]["was"], told["log"]["schema"]) == (1, SCHEMA_NUMBER)
    assert log_digest(folder) == before
    assert json.loads(run(folder, "verify", "--json").stdout)["head"] == position
    assert json.loads(run(folder, "migrate", "--json").stdout)["views"]["made"] is False


def test_views_that_were_lost_are_made_again(version: str, folder: Path) -> None:
    """A folder may come without its views: from a backup, they need not be in it."""
    for path in folder.glob("views*"):
        path.unlink()
    assert json.loads(run(folder, "migrate", "--json").stdout)["views"]["made"] is True
    told = json.loads(run(folder, "verify", "--json").stdout)
    assert (told["whole"], told["views"]["position"]) == (True, f"@{held(version)['head']}")


def test_it_exports_the_same_bytes(version: str, folder: Path, tmp_path: Path) -> None:
    """An export is the same as then, and restores to a log that exports the same."""
    run(folder, "migrate")
    exported = run(folder, "export").stdout_bytes
    assert sha256(exported).hexdigest() == held(version)["export"]
    copy = tmp_path / "export.jsonl"
    copy.write_bytes(exported)
    run(tmp_path / "restored", "restore", str(copy))
    assert run(tmp_path / "restored", "export").stdout_bytes == exported
    # The tree that an old log got is that of a log which grew with its tree.
    with Archive(folder) as old, Archive(tmp_path / "restored") as new:
        size = old.ledger.size()
        assert size > 256
        assert old.ledger.root(size) == new.ledger.root(size)


def test_its_keys_open_what_they_opened(version: str, folder: Path) -> None:
    """Each role reads and orders as before; what was revoked or has expired opens nothing."""
    assert json.loads(run(folder, "keys", "list", "--json").stdout) == held(version)["listed"]
    with Archive(folder, clock=Clock(held(version)["asked_at"])) as archive:
        archive.catch_up()
        app = create_app(archive, Settings(data=folder, open_reads=False))
        for name, kept in held(version)["keys"].items():
            assert opens(app, kept["key"]) == kept["opens"], name


def test_what_was_sent_is_answered_again_and_not_recorded_twice(version: str, folder: Path) -> None:
    """A request that comes again under its idempotency key has the answer of then."""
    with Archive(folder, clock=Clock(held(version)["asked_at"])) as archive:
        archive.catch_up()
        client = create_app(archive).test_client()
        for sent in held(version)["sent"]:
            key = held(version)["keys"][sent["role"]]["key"]
            again = send(client, sent, key)
            assert again.headers.get("Idempotency-Replayed") == "true", again.get_data()
            assert again.get_data(as_text=True) == expected(sent["path"], sent["answer"])
        head = archive.chronicle.log.head()
        assert head is not None
        assert head.position == held(version)["head"]


def test_it_goes_on(version: str, folder: Path) -> None:
    """What is loaded after the upgrade joins the log that was there, and its views."""
    line = {"type": "source", "id": "later", "medium": "book", "title": "A later book"}
    file = folder / "lines.jsonl"
    file.write_text(json.dumps(line), "utf-8")
    run(folder, "load", str(file))
    head = f"@{held(version)['head'] + 1}"
    assert json.loads(run(folder, "verify", "--json").stdout)["head"] == head
    assert "A later book" in run(folder, "source", "later").stdout
