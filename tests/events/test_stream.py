"""The name of a stream is put together and taken apart in one way."""

from __future__ import annotations

import pytest

from events.stream import Stream


@pytest.mark.parametrize(
    "name", ["record:juno", "source:ihep-hist", "source:doi:10.1000", "record:"]
)
def test_a_name_is_read_as_it_is_written(name: str) -> None:
    """An id may have colons of its own: the first one parts it from the space."""
    assert str(Stream.parse(name)) == name


def test_the_streams_of_a_record_and_of_a_source_are_two() -> None:
    """Though both have one id."""
    record, source = Stream.record("juno"), Stream.source("juno")
    assert (str(record), str(source)) == ("record:juno", "source:juno")
    assert (record.is_record, source.is_record) == (True, False)
    assert record.id == source.id
