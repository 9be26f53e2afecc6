"""The pictures: SVG that is XML and says what it shows, and PNG in the size asked for."""

from __future__ import annotations

import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from service.archive import Archive
from service.feeds import png
from tests.service.asked import Reader, slug, unkept
from tests.service.feeds.hard_dates import MARKUP

SVG = "{http://www.w3.org/2000/svg}"


def picture(reader: Reader, query: str = "") -> ET.Element:
    """The SVG, read as XML."""
    return ET.fromstring(reader.ask(f"/v1/feeds/svg{query}").get_data())  # noqa: S314 - our own


def said(root: ET.Element) -> str:
    """All its texts."""
    return " ".join(root.itertext())


def chunks(body: bytes) -> dict[bytes, bytes]:
    """The chunks of a PNG by type, those of one type joined; each with the right checksum."""
    assert body[:8] == b"\x89PNG\r\n\x1a\n"
    found: dict[bytes, bytes] = {}
    at = 8
    while at < len(body):
        (length,) = struct.unpack(">I", body[at : at + 4])
        kind, data = body[at + 4 : at + 8], body[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack(">I", body[at + 8 + length : at + 12 + length])
        assert zlib.crc32(kind + data) == checksum
        found[kind] = found.get(kind, b"") + data
        at += 12 + length
    return found


def size(body: bytes) -> tuple[int, int]:
    """The width and height of a PNG."""
    width, height = struct.unpack(">II", chunks(body)[b"IHDR"][:8])
    return width, height


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_picture_shows_every_facility_and_its_clocks(reader: Reader, lang: str) -> None:
    """By its name in the language asked for; every mark of a lane leads to its record."""
    root = picture(reader, f"?country=CN&field=particle-physics&lang={lang}&at=2020")
    text = said(root)
    assert ("JUNO" if lang == "en" else "江门中微子实验") in text
    day, known = ("Date: 31 December 2020", "as recorded at @")
    if lang == "zh":
        day, known = ("日期：2020年12月31日；信息截至", "收录截至@")
    assert day in text
    assert known in text
    links = {link.get("href", "") for link in root.iter(f"{SVG}a")}
    assert any(link.endswith("/records/juno") for link in links)
    assert all(link.startswith("http") for link in links)


def test_a_picture_runs_nothing_and_asks_for_nothing(hard_reader: Reader) -> None:
    """No script, no handler, no image from elsewhere; a name with markup is text."""
    root = picture(hard_reader)
    for element in root.iter():
        assert element.tag.removeprefix(SVG) not in ("script", "image", "foreignObject", "use")
        assert not any(name.startswith("on") for name in element.attrib)
    assert MARKUP[:12] in said(root)
    assert "http" not in "".join(each.text or "" for each in root.iter(f"{SVG}style"))


def test_what_is_left_out_is_written_under_the_picture(reader: Reader) -> None:
    """And in the header."""
    answer = reader.ask("/v1/feeds/svg?country=CN&limit=20")
    count = answer.headers["Annales-Omitted"].partition("=")[2]
    assert f"Left out: {count} that are less significant" in answer.get_data(as_text=True)


def test_what_has_no_mark_is_told_in_chinese(reader: Reader) -> None:
    """In words, and so are the clocks; no word of a parameter or a header is left."""
    text = reader.ask("/v1/feeds/svg?at=1990&country=CN&lang=zh").get_data(as_text=True)
    assert "未显示：29项没有单独的标记" in text
    assert "no-mark" not in text
    assert "日期：1990年12月31日；信息截至" in text


def test_a_kind_without_a_facility_has_a_lane_of_its_own(hard_reader: Reader) -> None:
    """Under its own heading."""
    text = said(picture(hard_reader, "?kind=policy,observation"))
    assert "Policies" in text
    assert "Observations" in text


def test_the_pixels_are_as_wide_as_asked(hard_reader: Reader) -> None:
    """And as high as the lanes need."""
    small = hard_reader.ask("/v1/feeds/png?width=640").get_data()
    large = hard_reader.ask("/v1/feeds/png?width=1280").get_data()
    assert size(small)[0] == 640
    assert size(large)[0] == 1280
    assert abs(size(large)[1] - 2 * size(small)[1]) <= 2
    assert hard_reader.refused("/v1/feeds/png?width=100000") == (422, "validation")
    assert hard_reader.refused("/v1/feeds/png?width=wide") == (422, "validation")


def test_the_pixels_show_chinese(hard_reader: Reader) -> None:
    """A name in Chinese is drawn by a font of the machine, and not left out."""
    names = [
        hard_reader.ask(f"/v1/feeds/png?record=hard&kind=phase&lang={lang}").get_data()
        for lang in ("en", "zh")
    ]
    drawn = [zlib.decompress(chunks(body)[b"IDAT"]) for body in names]
    assert drawn[0] != drawn[1]
    assert len(set(drawn[1])) > 50


# --- drawn elsewhere

HEAVY = "/v1/feeds/png?width=2400"
"""The whole chronicle as large as it can be: some seconds of drawing."""


def drawing(pid: int | str = "self") -> list[str]:
    """The drawings that a process has begun and that have not ended: it may run much else."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    begun = [child for task in tasks for child in task.read_text().split()]
    return [child for child in begun if png.PROGRAM.name in _command(child)]


def _command(pid: str) -> str:
    """What a process was told to run; nothing for one that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def comes_true(question: Callable[[], object]) -> bool:
    """Whether it does within some seconds."""
    until = time.monotonic() + 10
    while not question() and time.monotonic() < until:
        time.sleep(0.02)
    return bool(question())


def test_others_are_answered_while_a_picture_is_drawn(reader: Reader) -> None:
    """Whoever asks meanwhile waits for no more than a fraction of the time that it takes."""
    took: list[float] = []

    def draw() -> None:
        began = time.monotonic()
        assert size(reader.ask(HEAVY).get_data())[0] == 2400
        took.append(time.monotonic() - began)

    picture = threading.Thread(target=draw)
    picture.start()
    waited = []
    while picture.is_alive():
        began = time.monotonic()
        reader.ask("/v1/state?country=CN&at=2013")
        waited.append(time.monotonic() - began)
    picture.join()
    assert len(waited) > 10
    assert max(waited) < took[0] / 2
    assert drawing() == []


@pytest.fixture
def anew(shipped: Archive) -> Reader:
    """Somebody who asks for the shipped chronicle, and for whom every answer is made anew."""
    return Reader(unkept(shipped))


def test_a_picture_that_takes_too_long_is_given_up(
    anew: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, nobody goes on drawing it, and the next one is drawn."""
    monkeypatch.setattr(png, "PATIENCE", 0.01)
    assert anew.refused(HEAVY) == (503, "not-drawn")
    assert drawing() == []
    monkeypatch.undo()
    assert size(anew.ask("/v1/feeds/png?width=320").get_data())[0] == 320


@pytest.mark.parametrize(
    "fails",
    ["os.kill(os.getpid(), signal.SIGSEGV)", "sys.exit(3)", "sys.stdout.write('half'); os.abort()"],
)
def test_a_picture_whose_program_fails_is_not_drawn(
    anew: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    """503 with the time to come back, more than one time after the other, and the next is drawn."""
    program = tmp_path / "fails.py"
    program.write_text(f"import os, signal, sys\n{fails}\n")
    monkeypatch.setattr(png, "PROGRAM", program)
    for _ in range(png.PLACES + 1):
        answer = anew.ask("/v1/feeds/png?width=320")
        assert (answer.status_code, slug(answer)) == (503, "not-drawn")
        assert "the program that draws failed" in answer.get_json()["detail"]
        assert int(answer.headers["Retry-After"]) > 0
    monkeypatch.undo()
    assert size(anew.ask("/v1/feeds/png?width=320").get_data())[0] == 320


def test_so_many_are_drawn_at_once_and_no_more(
    hard_reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever finds no place is told to come back."""
    monkeypatch.setattr(png, "QUEUE", 0.01)
    for _ in range(png.PLACES):
        assert png._places.acquire(blocking=False)
    try:
        assert hard_reader.refused("/v1/feeds/png") == (503, "not-drawn")
    finally:
        for _ in range(png.PLACES):
            png._places.release()
    hard_reader.ask("/v1/feeds/png")


def test_nobody_draws_for_a_server_that_is_gone() -> None:
    """Even one that was killed, which can end nothing that it began."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 5000"><filter id="slow">'
        + '<feGaussianBlur stdDeviation="90"/>' * 1000
        + '</filter><rect width="1000" height="5000" filter="url(#slow)"/></svg>'
    )
    asks = f"from service.feeds.png import pixels; pixels({svg!r}, 1000)"
    with subprocess.Popen([sys.executable, "-c", asks]) as server:
        try:
            assert comes_true(lambda: drawing(server.pid))
            (program,) = drawing(server.pid)
        finally:
            server.kill()
    assert comes_true(lambda: not Path(f"/proc/{program}").exists())


def test_a_picture_of_too_many_pixels_is_refused_with_the_width_that_would_do(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And drawn at that width."""
    monkeypatch.setattr(png, "MOST_PIXELS", 1_000_000)
    refused = reader.ask("/v1/feeds/png?width=1200")
    assert refused.status_code == 422
    (told,) = refused.get_json()["errors"]
    assert told["parameter"] == "width"
    most = int(told["detail"].partition("pixels: ")[2].split()[0])
    width, height = size(reader.ask(f"/v1/feeds/png?width={most}").get_data())
    assert width == most
    assert 900_000 < width * height <= 1_010_000
    assert reader.refused(f"/v1/feeds/png?width={most + 2}") == (422, "validation")
