"""An audit is never green for want of looking."""

from __future__ import annotations

import json

from tests.auditing import audited

PINS = [("click", "8.5.1"), ("flask", "3.1.3"), ("numpy", "2.4.6"), ("numpy", "2.5.5")]


def test_what_was_passed_over_is_counted() -> None:
    """A release without a word of the index, and one for another Python, were not looked at."""
    found = [
        {"name": "click", "version": "8.5.1", "vulns": []},
        {"name": "flask", "skip_reason": "Dependency not found"},
        {"name": "numpy", "version": "2.5.5", "vulns": []},
    ]
    assert audited(json.dumps({"dependencies": found}), PINS) == (["not audited: 2 of 4"], 0)


def test_an_audit_that_says_nothing_looked_at_nothing() -> None:
    """Without a network it fails nobody, and says so."""
    assert audited("", PINS) == (["not audited: 4 of 4"], 0)


def test_a_known_fault_fails_and_is_named() -> None:
    """With the releases that mend it."""
    faults = [
        {"id": "PYSEC-2026-1", "fix_versions": ["8.5.2", "9.0"]},
        {"id": "PYSEC-2026-2", "fix_versions": []},
    ]
    found = {"dependencies": [{"name": "click", "version": "8.5.1", "vulns": faults}]}
    lines, status = audited(json.dumps(found), PINS)
    assert status == 1
    assert lines == [
        "click 8.5.1: PYSEC-2026-1, mended in 8.5.2, 9.0",
        "click 8.5.1: PYSEC-2026-2, mended in none",
        "not audited: 3 of 4",
    ]
