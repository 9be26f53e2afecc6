"""Machines that know nothing of the service find what there is."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from tests.service.asked import Reader


def test_robots_are_told_where_the_pages_are(reader: Reader) -> None:
    """And what to leave alone."""
    answer = reader.ask("/robots.txt")
    assert answer.mimetype == "text/plain"
    assert "Disallow: /desk\n" in answer.text
    assert answer.text.endswith("\nSitemap: http://localhost/sitemap.xml\n")


def test_the_sitemap_has_pages_that_are_there(reader: Reader) -> None:
    """Those of the list, and of every record."""
    tree = ET.fromstring(reader.ask("/sitemap.xml").data)  # noqa: S314 - ours
    paths = [(each.text or "").removeprefix("http://localhost") for each in tree.iter()]
    found = [path for path in paths if path.startswith("/")]
    assert {"/", "/state", "/slips", "/records/juno", "/records/rd-share-of-gdp"} <= {*found}
    for path in (*found[:12], found[-1]):
        assert reader.ask(path, Accept="text/html").status_code in (200, 303), path


def test_the_catalogue_leads_to_the_description(reader: Reader) -> None:
    """RFC 9727: a linkset, by its own type."""
    answer = reader.ask("/.well-known/api-catalog")
    assert answer.headers["Content-Type"].startswith("application/linkset+json; profile=")
    (api,) = answer.get_json(force=True)["linkset"]
    for relation in ("service-desc", "service-doc", "status"):
        path = api[relation][0]["href"].removeprefix("http://localhost")
        assert reader.ask(path).status_code == 200
