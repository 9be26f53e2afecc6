"""Every example in a docstring is run, and shows what it says it shows."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import benchmarks
import cluster
import events
import projections
import service
import siege

MODULES = sorted(
    module.name
    for package in (benchmarks, cluster, events, projections, service, siege)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name: str) -> None:
    """What a docstring prints is what the code prints today."""
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0


def test_there_are_examples() -> None:
    """The examples are found where they are known to be."""
    assert doctest.testmod(importlib.import_module("events.dates")).attempted > 5
