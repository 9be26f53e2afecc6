"""The archive of hard dates, which the feeds are held to as well."""

from __future__ import annotations

from tests.service.feeds.conftest import hard

__all__ = ["hard"]
