"""Files that are whole or as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from events.files import write, written


def test_what_goes_wrong_names_the_file_that_was_to_be_written(tmp_path: Path) -> None:
    """Where there is no folder, where a folder lies in its place, where only a new one is taken."""
    file = tmp_path / "file"
    write(file, "as it was")
    for place, error, only_new in (
        (tmp_path / "nowhere" / "file", FileNotFoundError, False),
        (file / "file", NotADirectoryError, False),
        (tmp_path, IsADirectoryError, False),
        (file, FileExistsError, True),
    ):
        with pytest.raises(error) as refused:
            write(place, "new", only_new=only_new)
        assert refused.value.filename == str(place)
    assert file.read_text() == "as it was"
    assert list(tmp_path.iterdir()) == [file]


def test_what_goes_wrong_with_another_file_names_that(tmp_path: Path) -> None:
    """Whoever writes may read from it."""
    other = tmp_path / "other"
    with pytest.raises(FileNotFoundError) as refused, written(tmp_path / "file") as stream:
        stream.write(other.read_bytes())
    assert refused.value.filename == str(other)
    assert list(tmp_path.iterdir()) == []
