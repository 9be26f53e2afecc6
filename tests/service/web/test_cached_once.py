"""A real HTTP cache: what is pinned is fetched once."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
from hishel import SqliteStorage
from hishel.httpx import CacheClient

from tests.service.serving import serving
from tests.story.telling import Teller

ANSWERED = re.compile(
    r'annales_requests_total\{method="GET",route="/v1/state",status="(\d+)"\} (\d+)'
)


def answered(base: str) -> dict[str, int]:
    """How often the server has answered for the state, by status, as it counts itself."""
    figures = httpx.get(f"{base}/metrics").text
    return {status: int(count) for status, count in ANSWERED.findall(figures)}


def test_a_pinned_answer_is_fetched_once(juno: Teller, tmp_path: Path) -> None:
    """RFC 9111 by hishel: whoever holds a pinned answer never asks for it again."""
    storage = SqliteStorage(database_path=str(tmp_path / "cache.sqlite"))
    with serving(juno.archive) as base, CacheClient(storage=storage) as client:
        head = f"{base}/v1/state?at=2013"
        first = client.get(head)
        assert answered(base) == {"200": 1}
        came = [client.get(f"{base}{first.json()['pinned']}") for _ in range(3)]
        assert answered(base) == {"200": 2}
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert {answer.content for answer in (first, *came)} == {first.content}
