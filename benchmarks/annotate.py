"""The store with a million comments: how long an annotator waits for the next one, and what an export costs.

    python -m benchmarks.annotate [--items 1000000] [--labels 200] [--db URL] [--folder FOLDER]

Fills a store, draws every comment with 20 % doubled, labels some, and prints medians; then labels all of them and exports in
a process of its own, whose peak memory is measured. Fails above 50 ms a comment or 200 MB an export.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sqlalchemy import text

from sentiment.annotate import ulid
from sentiment.annotate.database import writing
from sentiment.annotate.draws import DrawOptions, make
from sentiment.annotate.events import Event
from sentiment.annotate.session import Session
from sentiment.annotate.store import Store
from sentiment.records import Comment, Page

PER_PAGE = 50
LIMIT_MS = 50.0
LIMIT_MB = 200.0
TARGET = "benchmark"


def pages(items: int) -> Iterator[Page]:
    """Pages of twenty outlets in four languages."""
    for number in range(items // PER_PAGE):
        name, language = f"p{number:07}", ("en", "it", "de", "ru")[number % 4]
        comments = tuple(
            Comment(f"{name}-{i:02}", name, i, f"Comment {i} on page {number}: " + "words " * 25, language=language)
            for i in range(PER_PAGE)
        )
        yield Page(
            name, name, "The article.", comments, outlet=f"o{number % 20}.example", language=language, title="Title"
        )


def timed(what: str, started: float) -> None:
    """Print what took how long."""
    print(f"{what}: {time.perf_counter() - started:.1f} s", flush=True)


def label_everything(store: Store) -> int:
    """A label on every comment that has none, in bulk, as years of work would have left them."""
    rows = store.stream(
        "SELECT i.id, i.text_sha256, (SELECT MIN(d.draw_id) FROM draw_item d WHERE d.item_id = i.id) AS draw FROM item i "
        "WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.item = i.id)"
    )
    base = Event(kind="label", item="", annotator="bulk", stance="favor", codebook="1", origin="benchmark")
    last = ""

    def events() -> Iterator[Event]:
        nonlocal last
        for row in rows:
            last = ulid.new(last)
            yield replace(base, id=last, item=row["id"], text_sha256=row["text_sha256"], draw=row["draw"])

    return store.add_events(list(events()))


def export_alone(url: str, folder: Path) -> tuple[float, float]:
    """Seconds and peak MB of an export in a process of its own."""
    script = (
        "import sys, pathlib; from sentiment.annotate import files; from sentiment.annotate.store import Store;"
        f"store = Store({url!r}, {TARGET!r}); print(files.export(store, pathlib.Path({str(folder)!r})), file=sys.stderr);"
        "print(next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM')) / 1024)"
    )
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.PIPE, text=True)
    return time.perf_counter() - started, float(done.stdout)


def main() -> None:
    """Fill, draw, label, export, and compare with the limits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--labels", type=int, default=200)
    parser.add_argument(
        "--db", help="an empty database, such as postgresql://user@host/name; default: SQLite in the folder"
    )
    parser.add_argument("--folder", help="default: a temporary one")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as place:
        folder = Path(place)
        url = given.db or f"sqlite:///{folder / 'annotations.db'}"
        store = Store(url, TARGET)
        started = time.perf_counter()
        store.add_pages(pages(given.items))
        timed(f"adding {given.items} comments", started)
        started = time.perf_counter()
        make(store, DrawOptions(purpose="estimate", n=given.items, overlap=0.2, seed=1))
        timed("drawing all of them", started)
        if store.engine.dialect.name == "postgresql":
            with writing(store.engine) as connection:
                connection.execute(text("ANALYZE"))
        session = Session(store, "ann", codebook="1", origin="benchmark")
        waits, saves = [], []
        for _ in range(given.labels):
            started = time.perf_counter()
            (task,) = session.next()
            waits.append((time.perf_counter() - started) * 1000)
            started = time.perf_counter()
            session.decide(task, "favor")
            saves.append((time.perf_counter() - started) * 1000)
        print(f"next comment: median {statistics.median(waits):.1f} ms, worst {max(waits):.1f} ms")
        print(f"saving a decision: median {statistics.median(saves):.1f} ms, worst {max(saves):.1f} ms", flush=True)
        started = time.perf_counter()
        label_everything(store)
        timed("labelling the rest in bulk", started)
        store.close()
        seconds, megabytes = export_alone(url, folder / "out")
        print(
            f"export of {given.items} labels with history, draws and comments: {seconds:.0f} s, peak {megabytes:.0f} MB"
        )
    if statistics.median(waits) > LIMIT_MS or megabytes > LIMIT_MB:
        raise SystemExit(f"over the limits of {LIMIT_MS:.0f} ms and {LIMIT_MB:.0f} MB")


if __name__ == "__main__":
    main()
