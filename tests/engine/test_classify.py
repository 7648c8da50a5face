from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engine_jobs import WORDS

from sentiment.engine import Run, classify, tables
from sentiment.engine.classify import Columns, classify_file, classify_parts
from sentiment.engine.table_job import TableJob
from sentiment.errors import InputError

ROOT = Path(__file__).parents[2]
HERE = Run(1)


def texts(count: int) -> list[dict[str, Any]]:
    """Rows in four languages, with what CSV needs quotes for."""
    words = list(WORDS.values())
    return [{"id": n, "text": f'{words[n % 4]}, "{n}"\nand so on' if n % 7 else ""} for n in range(count)]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    """A table in the form that its name says."""
    name, data = path.name, ""
    if ".csv" in name:
        file = io.StringIO(newline="")
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        data = file.getvalue()
    else:
        data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    packers: dict[str, Callable[[bytes], bytes]] = {
        ".gz": gzip.compress,
        ".bz2": bz2.compress,
        ".xz": lzma.compress,
        ".zst": _zstd,
    }
    path.write_bytes(packers.get(path.suffix, lambda plain: plain)(data.encode()))
    return path


def _zstd(data: bytes) -> bytes:
    import pyarrow as pa

    return bytes(pa.compress(data, codec="zstd", asbytes=True))


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classify, "PART_ROWS", 10)
    monkeypatch.setattr(tables, "ROWS", 10)


@pytest.mark.parametrize(
    "name", ["t.csv", "t.jsonl", "t.csv.gz", "t.jsonl.gz", "t.jsonl.zst", "t.jsonl.xz", "t.csv.bz2"]
)
def test_every_form_gives_the_same_stances(tmp_path: Path, name: str) -> None:
    """A table is read row by row from CSV and lines of JSON, packed or not, and loses no row and no sign."""
    given = texts(35)
    done = classify_file(str(write(tmp_path / name, given)), str(tmp_path / "out.jsonl"), Columns(), HERE)
    assert (done.rows, done.left["no model for und"]) == (35, 5)
    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["text"] for row in found] == [row["text"] for row in given]
    write(tmp_path / "plain.jsonl", given)
    classify_file(str(tmp_path / "plain.jsonl"), str(tmp_path / "plain-out.jsonl"), Columns(), HERE)
    plain = [json.loads(line) for line in (tmp_path / "plain-out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["stance"] for row in found] == [row["stance"] for row in plain]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_workers_and_parts_give_the_same_rows(tmp_path: Path, ending: str) -> None:
    """One process, two processes and a folder of parts hold the same bytes of rows in the same order."""
    table = write(tmp_path / "t.csv", texts(57))
    one, two = tmp_path / f"one.{ending}", tmp_path / f"two.{ending}"
    classify_file(str(table), str(one), Columns(reasons=True), HERE)
    classify_file(str(table), str(two), Columns(reasons=True), Run(2))
    classify_parts(str(table), tmp_path / "parts", Columns(reasons=True), HERE, form=ending)
    assert one.read_bytes() == two.read_bytes()
    parts = sorted((tmp_path / "parts").glob("part-*"))
    assert len(parts) == 6
    if ending == "parquet":
        import pyarrow.parquet as parquet

        joined = [row for part in parts for row in parquet.read_table(part).to_pylist()]
        assert joined == parquet.read_table(one).to_pylist()
    elif ending == "jsonl":
        assert b"".join(part.read_bytes() for part in parts) == one.read_bytes()
    else:
        header = one.read_bytes().split(b"\n")[0] + b"\n"
        assert header + b"".join(part.read_bytes().removeprefix(header) for part in parts) == one.read_bytes()


def test_parquet_in_parquet_out(tmp_path: Path) -> None:
    """Columns of a Parquet file keep their types, new ones are numbers and words."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    parquet.write_table(pa.Table.from_pylist(texts(25)), tmp_path / "t.parquet")
    classify_file(str(tmp_path / "t.parquet"), str(tmp_path / "out.parquet"), Columns(), HERE)
    schema = parquet.read_schema(tmp_path / "out.parquet")
    assert schema.field("id").type == pa.int64()
    assert schema.field("confidence").type == pa.float64()
    assert parquet.read_table(tmp_path / "out.parquet").column("id").to_pylist() == list(range(25))


def test_rows_of_different_shape_become_columns(tmp_path: Path) -> None:
    """A name that only a late line of JSON has is a column of the CSV, too."""
    rows = texts(30)
    rows[25]["late"] = [1, 2]
    classify_file(str(write(tmp_path / "t.jsonl", rows)), str(tmp_path / "out.csv"), Columns(), HERE)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert (found[25]["late"], found[24]["late"]) == ("[1, 2]", "")


def test_a_repeated_run_does_nothing(tmp_path: Path) -> None:
    """Parts that are there and right are kept; a changed row makes its part anew."""
    rows = texts(35)
    table, out = write(tmp_path / "t.jsonl", rows), tmp_path / "out"
    first = classify_parts(str(table), out, Columns(), HERE)
    again = classify_parts(str(table), out, Columns(), HERE)
    assert (first.made, again.made, again.kept) == (4, 0, 4)
    assert (first.rows, first.left) == (again.rows, again.left)
    rows[12]["text"] = "Changed."
    write(table, rows)
    assert classify_parts(str(table), out, Columns(), HERE).made == 1


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("t.csv", b"id,text\n1,a\n2,b,c\n", "line 3: 3 cells under 2 columns"),
        ("t.csv", b"id,text\n1,a\xff\n", "not UTF-8"),
        ("t.csv", b"id,text,text\n", "the column 'text' twice"),
        ("t.csv", b"", "empty"),
        ("t.csv", b"id,words\n1,a\n", "no column 'text'"),
        ("t.jsonl", b'{"text": "a"}\n{"text": \n', "line 2 is not JSON"),
        ("t.jsonl", b'{"text": "a"}\n[1]\n', "line 2 is not a JSON object"),
        ("t.parquet", b"PAR1", "not a Parquet file"),
    ],
)
def test_errors_name_the_place(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    """What is wrong with a table is said with its line, and no output appears."""
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=message):
        classify_file(str(tmp_path / name), str(tmp_path / "out.csv"), Columns(), HERE)
    assert not (tmp_path / "out.csv").exists()


KILLED = """
import os, signal
from pathlib import Path
from sentiment.engine import Run, classify
classify.PART_ROWS = 10
def watch(found):
    for number, rows in enumerate(found):
        if number == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        yield rows
classify.classify_parts({table!r}, Path({out!r}), classify.Columns(), Run(2), watch=watch)
"""


def test_a_killed_run_continues(tmp_path: Path) -> None:
    """After a kill the rest is made, and the folder is that of an undisturbed run."""
    table, out = write(tmp_path / "t.csv", texts(57)), tmp_path / "out"
    code = KILLED.format(table=str(table), out=str(out))
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, env=environment)  # noqa: S603
    assert done.returncode == -signal.SIGKILL
    rest = classify_parts(str(table), out, Columns(), HERE)
    assert (rest.made, rest.kept, rest.rows) == (4, 2, 57)
    classify_parts(str(table), tmp_path / "undisturbed", Columns(), HERE)
    assert {p.name: p.read_bytes() for p in out.iterdir()} == {
        p.name: p.read_bytes() for p in (tmp_path / "undisturbed").iterdir()
    }


def test_splitting_rows_loses_nothing() -> None:
    """The halves of a task hold its rows in order, and know their lines."""
    job = TableJob(name="t", source="jsonl", form="jsonl", columns=("text",), text="text")
    task = tables.TableTask(0, 11, data=b"".join(b'{"text": "%d"}\n' % n for n in range(5)))
    halves = job.split(task)
    assert b"".join(half.data for half in halves) == task.data
    assert [half.line for half in halves] == [11, 13]


def test_few_rows_wait_for_no_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small table is done by the process that was started, unless workers are asked for by number."""
    from sentiment.engine import run

    def engine(*_: Any) -> Any:
        raise RuntimeError("workers")

    monkeypatch.setattr(run, "_engine", engine)
    table = str(write(tmp_path / "t.csv", texts(57)))
    assert classify_file(table, str(tmp_path / "out.csv"), Columns(), Run()).rows == 57
    with pytest.raises(RuntimeError, match="workers"):
        classify_file(table, str(tmp_path / "out.csv"), Columns(), Run(2))
    monkeypatch.setattr(run, "cores", lambda: 2)
    with pytest.raises(RuntimeError, match="workers"):
        classify_file(str(write(tmp_path / "u.csv", texts(130))), str(tmp_path / "out.csv"), Columns(), Run())
