from __future__ import annotations

from pathlib import Path

import pytest

from sentiment.errors import InputError
from sentiment.records import Document, Skipped
from sentiment.sources import read


def write(folder: Path, **files: str) -> None:
    """Put files into a folder; ``_`` in a name stands for its dot."""
    folder.mkdir(exist_ok=True, parents=True)
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content, encoding="utf-8")


def facts(path: Path) -> dict[str, tuple[str | None, str | None]]:
    """Address and outlet of every document, by file name."""
    items = list(read([path]))
    assert all(isinstance(item, Document) for item in items)
    return {Path(item.source).name: (item.url, item.outlet) for item in items if isinstance(item, Document)}


def test_url_and_outlet(tmp_path: Path) -> None:
    """A manifest names address and outlet of the files beside it; blank cells and unlisted files have none."""
    manifest = 'file,url,outlet,note,mood\na.txt,https://x.org/1,X,,good\nb.txt,,Y,"said, by mail",\n'
    write(tmp_path, manifest_csv=manifest, a_txt="one", b_txt="two", c_txt="three")
    assert facts(tmp_path) == {"a.txt": ("https://x.org/1", "X"), "b.txt": (None, "Y"), "c.txt": (None, None)}


def test_single_file(tmp_path: Path) -> None:
    """A file that is named itself is looked up in the manifest of its folder."""
    write(tmp_path, manifest_csv="file,outlet\na.txt,X\n", a_txt="one")
    assert facts(tmp_path / "a.txt") == {"a.txt": (None, "X")}


def test_folders_below(tmp_path: Path) -> None:
    """A manifest lists files in folders below it by their path; the nearest manifest wins."""
    write(tmp_path, manifest_csv="file,outlet\nin/a.txt,far\nin/b.txt,far\n")
    write(tmp_path / "in", manifest_csv="file,outlet\na.txt,near\n", a_txt="one", b_txt="two")
    assert facts(tmp_path) == {"a.txt": (None, "near"), "b.txt": (None, "far")}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1251"])
def test_spreadsheet_forms(tmp_path: Path, encoding: str) -> None:
    """Semicolons and the encodings that spreadsheets save in are read too."""
    write(tmp_path, a_txt="one")
    (tmp_path / "manifest.csv").write_text("File;URL;Outlet\na.txt;;Новости дня\n", encoding=encoding)
    assert facts(tmp_path) == {"a.txt": (None, "Новости дня")}


def test_no_file_column(tmp_path: Path) -> None:
    """A manifest without the column ``file`` is an error that names the columns found."""
    write(tmp_path, manifest_csv="name,outlet\na.txt,X\n", a_txt="one")
    with pytest.raises(InputError, match=r"manifest\.csv: no column 'file'; columns found: name, outlet"):
        list(read([tmp_path]))


def test_listed_but_missing(tmp_path: Path) -> None:
    """A file that the manifest lists and that is not there is told."""
    write(tmp_path, manifest_csv="file\na.txt\nlost.txt\n", a_txt="one")
    assert [item for item in read([tmp_path]) if isinstance(item, Skipped)] == [
        Skipped(str(tmp_path / "lost.txt"), "listed in manifest.csv, but there is no such file")
    ]
