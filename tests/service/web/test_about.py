"""The page to try the API, and its files."""

from __future__ import annotations

import gzip
from unittest.mock import patch

from service.web.about import _SWAGGER
from tests.service.asked import Reader

SCRIPT = "/docs/swagger-ui-bundle.js"


def test_a_file_of_the_page_is_sent_compressed_and_compressed_once(reader: Reader) -> None:
    """Its script is a third as large then; whoever takes no gzip gets it whole."""
    whole = (_SWAGGER / "swagger-ui-bundle.js").read_bytes()
    # A browser that reloads passes by what is kept.
    taken = {"Accept_Encoding": "gzip, deflate, br, zstd", "Cache_Control": "no-cache"}
    packed = reader.ask(SCRIPT, **taken)
    with patch.object(gzip, "compress", side_effect=AssertionError):
        again = reader.ask(SCRIPT, **taken)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert again.data == packed.data
    assert len(packed.data) * 3 < len(whole)
    assert gzip.decompress(packed.data) == whole
    for coding in ("identity", "gzip;q=0"):
        plain = reader.ask(SCRIPT, Accept_Encoding=coding)
        assert "Content-Encoding" not in plain.headers
        assert plain.data == whole
        assert plain.headers["ETag"] != packed.headers["ETag"]


def test_who_has_a_file_of_the_page_gets_no_second_one(reader: Reader) -> None:
    """304, by the tag of either form; for a day nobody asks."""
    for coding in ("identity", "gzip"):
        had = reader.ask(SCRIPT, Accept_Encoding=coding)
        assert had.headers["Cache-Control"] == "public, max-age=86400"
        held = reader.ask(SCRIPT, Accept_Encoding=coding, If_None_Match=had.headers["ETag"])
        assert (held.status_code, held.data) == (304, b"")
        assert "Content-Encoding" not in held.headers


def test_a_part_of_a_file_is_not_given(reader: Reader) -> None:
    """`Range` is passed over, as it may be, also where there is nothing at it."""
    for part in ("bytes=0-9", "bytes=99999999-"):
        answer = reader.ask("/docs/swagger-ui.css", Range=part)
        assert answer.status_code == 200
        assert answer.data == (_SWAGGER / "swagger-ui.css").read_bytes()


def test_only_the_files_of_the_page_are_given(reader: Reader) -> None:
    """Of their types; nothing beside them."""
    assert reader.ask("/docs/favicon-32x32.png").mimetype == "image/png"
    for name in ("nothing.js", "../__init__.py", "%2e%2e/__init__.py", "."):
        assert reader.refused(f"/docs/{name}") == (404, "not-found")
