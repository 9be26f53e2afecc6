"""Patches between JSON values: they lead from the one to the other, and are always the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.views.patch import patch_between
from tests.story.telling import Teller, correction, plan

NAMES = st.sampled_from(("a", "b", "c/d", "e~f", "~1", ""))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from((0.5, "x", "1")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(NAMES, VALUES, max_size=5)

PROGRAM = """
from projections.views.patch import patch_between
print(patch_between({"x": 1, "y": 2, "z": {"p": 5}}, {"q": 1.5, "r": 2.5, "z": {"s": 5}}))
"""


@given(DOCUMENTS, DOCUMENTS)
def test_a_patch_leads_from_one_document_to_the_other(before: Any, after: Any) -> None:
    """Applied by an independent implementation of RFC 6902, and empty only where they are equal."""
    patch: Any = patch_between(before, after)
    assert repr_of(jsonpatch.apply_patch(before, patch)) == repr_of(after)
    assert (patch == []) == (repr_of(before) == repr_of(after))


@pytest.mark.parametrize(
    ("before", "after"), [(1, True), (0, False), (1, 1.0), ([1], [True]), ({"a": 0}, {"a": None})]
)
def test_values_that_only_python_takes_for_equal_differ(before: Any, after: Any) -> None:
    """True is not 1, and 1.0 is not written as 1 is."""
    assert patch_between({"value": before}, {"value": after}) != []


def test_a_patch_is_the_same_in_every_process() -> None:
    """The order of the operations follows from the documents alone, not from a process's chance."""
    told = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1
    assert told.pop() != b""


def test_a_member_that_takes_another_name_stays_in_its_statement(juno: Teller) -> None:
    """The patches of a record's history, applied in order, follow a value to its new name."""
    juno.tell(plan("juno-plan", "operation-started", "2020", "2015", attributes={"cost": 5}))
    juno.tell(correction("juno-plan", {"attributes": {"cost_musd": 5}}))
    juno.archive.catch_up()
    document: Any = {}
    entries = juno.archive.history.entries(
        juno.archive.db_at(4), "record:juno", known=4, after=0, limit=10
    )
    for entry in entries:
        document = jsonpatch.apply_patch(document, entry.patch)
    assert document["statements"]["juno-plan"]["attributes"] == {"cost_musd": 5}


def repr_of(value: Any) -> str:
    """A text of a JSON value in which only equal values are equal."""
    if isinstance(value, dict):
        return repr({name: repr_of(value[name]) for name in sorted(value)})
    return repr(list(map(repr_of, value))) if isinstance(value, list) else repr(value)
