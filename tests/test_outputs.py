"""Files that appear whole or not at all."""

import os
import stat
import threading
from pathlib import Path

import pytest

from sentiment.errors import InputError
from sentiment.outputs import whole_file


def test_a_failed_block_leaves_the_old_file(tmp_path: Path) -> None:
    """Nothing of a run that breaks off is seen, and no temporary file stays."""
    path = tmp_path / "x.csv"
    path.write_text("old")
    with pytest.raises(TypeError), whole_file(path) as file:
        file.writelines(["new", 1])
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["x.csv"]  # noqa: PTH208 - hidden files count too


def test_a_finished_block_has_the_users_rights(tmp_path: Path) -> None:
    """The new file may be read by whom the umask lets, not only by its writer."""
    path = tmp_path / "x.csv"
    with whole_file(path, binary=True) as file:
        file.write(b"new")
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask
    assert path.read_bytes() == b"new"


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    """What is no regular file is never replaced by one."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append(path.read_bytes()))
    reader.start()
    with whole_file(path) as file:
        file.write("words")
    reader.join(10)
    assert heard == [b"words"]
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    """A missing folder and a folder in the file's place are errors in words."""
    with pytest.raises(InputError, match="does the folder exist"), whole_file(tmp_path / "no" / "x.csv"):
        pass
    with pytest.raises(InputError, match="it is a folder"), whole_file(tmp_path):
        pass
