"""Citations in a browser: a reader cites a page, and nothing that was cited ever runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.archive import Archive
from tests.browser.conftest import OpenPage
from tests.browser.looking import faults
from tests.service.serving import serving
from tests.story.telling import JUNO, SOURCE, Clock, command, milestone

HOSTILE = {
    "text/html; charset=utf-8": (
        b"<!doctype html><title>so it was</title><script>fetch('/ran'); document.title = 'ran'"
        b'</script><p onclick="fetch(\'/ran\')">so it was<img src="x" onerror="fetch(\'/ran\')">'
        b"<iframe src=\"javascript:fetch('/ran')\"></iframe>"
        b'<meta http-equiv="refresh" content="0; url=javascript:fetch(\'/ran\')">'
    ),
    "image/svg+xml": (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60" onload="fetch(\'/ran\')">'
        b"<title>so it was</title><script>fetch('/ran')</script><rect width='9' height='9'/></svg>"
    ),
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """An archive with a little in it."""
    with Archive(tmp_path_factory.mktemp("cited"), clock=Clock()) as archive:
        for line in (SOURCE, JUNO, milestone("ground", "construction-started", "2015-01-10")):
            archive.chronicle.execute(command(line))
        archive.catch_up()
        yield archive


@pytest.fixture(scope="module")
def cited_at(archive: Archive) -> Iterator[str]:
    """The base URL of its server."""
    with serving(archive) as base_url:
        yield base_url


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_reader_cites_a_page_with_html_alone(
    open_page: OpenPage, cited_at: str, lang: str
) -> None:
    """The button leads to the citation, which reads well in every light and on every screen."""
    page = open_page(viewport={"width": 1280, "height": 800}, java_script_enabled=False)
    page.goto(f"{cited_at}/records/juno?lang={lang}")
    page.locator("form.citing button").click()
    assert page.url.startswith(f"{cited_at}/c/")
    address = page.url
    assert "JUNO" in page.frame_locator("iframe.cited").locator("h1").inner_text()
    page = open_page(viewport={"width": 1280, "height": 800})
    page.goto(address)
    assert faults(page, f"cited-{lang}") == {}


@pytest.mark.parametrize("media_type", HOSTILE)
def test_no_script_of_what_was_cited_runs(
    open_page: OpenPage, archive: Archive, cited_at: str, media_type: str
) -> None:
    """Neither as the bytes themselves, nor on the page about them, nor at the pinned URL."""
    kind = media_type.partition(";")[0].partition("/")[2]
    of = f"/{kind}?view=1"
    citation, _ = archive.citations.cite(
        of=of, media_type=media_type, chosen=None, body=HOSTILE[media_type], by="somebody",
        permit=lambda: None,
    )  # fmt: skip
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in (f"/c/{citation.id}/raw", of, f"/c/{citation.id}"):
        answer = page.goto(f"{cited_at}{path}")
        assert answer is not None
        assert answer.status == 200
        page.wait_for_load_state("networkidle")
        assert "ran" not in page.title()
    assert asked
    assert not [url for url in asked if url.endswith("/ran")]
