"""The pictures: SVG that is XML and says what it shows, and PNG in the size asked for."""

from __future__ import annotations

import struct
import zlib
from xml.etree import ElementTree as ET

import pytest

from tests.service.asked import Reader
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
    assert "at 2020-12-31" in text
    assert "known @" in text
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
    assert f"Left out: limit {count}" in answer.get_data(as_text=True)


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
