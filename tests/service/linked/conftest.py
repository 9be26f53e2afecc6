"""The archive of hard dates, which the feeds are held to as well."""

from __future__ import annotations

from tests.service.feeds.conftest import hard, hard_reader

__all__ = ["hard", "hard_reader"]
