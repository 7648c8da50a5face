"""What the pipeline costs per comment and per page, against peers in the same run: one command, one table.

    python -m benchmarks.scale                         # a few minutes
    python -m benchmarks.scale --comments 1000000 --pages 20000
    python -m benchmarks.scale --only exports --pages 20000

Rates of single stages and of peers are per second of processor time, and so is the cost of a command: the sum over all
its processes, start-up included. Wall-clock time stands beside it, and means something on an idle machine only. Ratios
are between runs that alternated, the median over the rounds. Memory is the peak of the whole tree of
processes, as proportional shares (PSS) where the system tells them, so that what processes share counts once.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from benchmarks.corpus import comments, page, write_comments, write_pages

ROOT = Path(__file__).parents[1]
MIB = 1 << 20
PAGES = 100
"""Pages that are measured in a row: an export's task."""


@dataclass(slots=True)
class Table:
    """Lines of the result."""

    lines: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, what: str, value: str, note: str = "") -> None:
        """One line, shown at once."""
        self.lines.append((what, value, note))
        print(f"{what:46} {value:>16}  {note}", flush=True)


@dataclass(frozen=True, slots=True)
class Command:
    """One run of a command of this project: wall-clock and processor seconds, and the largest memory of its processes, in MiB."""

    seconds: float
    processor: float
    memory: float


def command(*arguments: str | Path) -> Command:
    """Run ``python cli.py ...`` and watch its memory."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "cli.py", *map(str, arguments)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    peak = 0.0
    used: dict[int, float] = {}
    stop = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not stop.wait(0.1):
            peak = max(peak, look(process.pid, used))

    thread = threading.Thread(target=watch)
    thread.start()
    code = process.wait()
    seconds = time.perf_counter() - start
    stop.set()
    thread.join()
    if code:
        raise SystemExit(f"failed with {code}: {' '.join(map(str, arguments))}")
    return Command(seconds, sum(used.values()), peak)


def look(pid: int, used: dict[int, float]) -> float:
    """Memory of a process and all below it, in MiB; ``used`` gets the processor seconds of each so far."""
    import psutil

    total = 0
    try:
        root = psutil.Process(pid)
        tree = [root, *root.children(recursive=True)]
    except psutil.Error:
        return 0.0
    for process in tree:
        try:
            times = process.cpu_times()
            used[process.pid] = times.user + times.system
            full = process.memory_full_info()
            total += getattr(full, "pss", 0) or full.rss
        except psutil.Error:
            continue
    return total / MIB


def alternated(jobs: dict[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Seconds of every job in every round, one after the other."""
    found: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            found[name].append(job())
    return found


def clocked(job: Callable[[], object]) -> float:
    """Processor seconds that a job takes."""
    start = time.process_time()
    job()
    return time.process_time() - start


def ratio(found: dict[str, list[float]], above: str, below: str) -> float:
    """Median over the rounds of one job's seconds by another's."""
    return statistics.median(a / b for a, b in zip(found[above], found[below], strict=True))


def stages(table: Table, rounds: int) -> None:
    """Single stages on one core, and the peers."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    from sentiment.engine.table_job import TableJob
    from sentiment.engine.tables import TableTask
    from sentiment.language import identify
    from sentiment.language.batch import identify_all

    rows = list(comments(4_096 * (rounds + 1), seed=1))
    parts = [rows[start : start + 4_096] for start in range(0, len(rows), 4_096)]
    peer = SentimentIntensityAnalyzer()
    job = TableJob(name="", source="csv", form="csv", columns=("text",), text="text")
    known = TableJob(
        name="", source="csv", form="csv", columns=("text", "made_in"), text="text", language="made_in"
    )  # fmt: skip
    current = parts[0]

    def classify(how: TableJob) -> float:
        cells = [[str(row[name]) for name in how.columns] for row in current]
        return clocked(lambda: how.run(TableTask(0, 1, cells)))

    jobs: dict[str, Callable[[], float]] = {
        "VADER": lambda: clocked(lambda: [peer.polarity_scores(row["text"]) for row in current]),
        "languages, one by one": lambda: 8 * clocked(lambda: [identify(row["text"]) for row in current[:512]]),
        "languages": lambda: clocked(lambda: identify_all([row["text"] for row in current])),
        "stance": lambda: classify(known),
        "classify": lambda: classify(job),
    }
    alternated(jobs, 1)
    found: dict[str, list[float]] = {name: [] for name in jobs}
    for part in parts[1:]:  # comments that were not seen before
        current = part
        for name, seconds in alternated(jobs, 1).items():
            found[name] += seconds
    for name, seconds in found.items():
        rate = 4_096 / statistics.median(seconds)
        table.add(f"{name}, one core", f"{rate:,.0f}/s", f"{ratio(found, 'VADER', name):.2f} x VADER alone")


def pages_stages(table: Table, count: int) -> None:
    """Reading and parsing pages on one core, all that ``export`` does with them, and trafilatura, in turns."""
    import trafilatura

    from sentiment import threads
    from sentiment.engine.pages import PageJob
    from sentiment.engine.tasks import PageTask
    from sentiment.pipeline import DEFAULT_ANNOTATIONS, DEFAULT_TARGET, Tagged
    from sentiment.records import Document
    from sentiment.report.rows import rows, write_rows

    texts = [page(number, seed=2) for number in range(count + PAGES)]
    documents = [Document(str(n), text, media_type="text/html") for n, text in enumerate(texts)]
    job = PageJob(DEFAULT_TARGET, DEFAULT_ANNOTATIONS, reasons=True)

    def export(some: slice, file: Path) -> None:
        found = job.run(PageTask(0, items=tuple(documents[some])))
        write_rows((row for p in found if isinstance(p, Tagged) for row in rows(p.page, p.stances)), str(file))

    with tempfile.TemporaryDirectory() as name:
        parts: dict[str, Callable[[slice], object]] = {
            "trafilatura": lambda some: [trafilatura.extract(text) for text in texts[some]],
            "parse": lambda some: [threads.parse(document) for document in documents[some]],
            "export": lambda some: export(some, Path(name) / "out.jsonl"),
        }
        found: dict[str, list[float]] = {name: [] for name in parts}
        for start in range(0, count + PAGES, PAGES):
            some = slice(start, start + PAGES)
            for part, run in parts.items():
                seconds = clocked(lambda: run(some))  # noqa: B023
                if start:  # the first are for what is loaded once
                    found[part].append(seconds)
    for part, times in found.items():
        rate = PAGES / statistics.median(times)
        table.add(f"{part}, one core", f"{rate:,.0f} pages/s", f"{ratio(found, 'trafilatura', part):.2f} x trafilatura")


def vader_rate(path: Path, most: int = 40_000) -> float:
    """Comments per second of VADER alone on one core."""
    import json
    from itertools import islice

    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    with path.open(encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in islice(file, most)]
    peer = SentimentIntensityAnalyzer()
    return len(texts) / clocked(lambda: [peer.polarity_scores(text) for text in texts])


def trafilatura_rate(folder: Path, most: int = 200) -> float:
    """Pages per second of trafilatura alone on one core, over some pages of a folder."""
    from itertools import islice

    import trafilatura

    texts = [path.read_text(encoding="utf-8") for path in islice(sorted(folder.rglob("*.html")), most)]
    return len(texts) / clocked(lambda: [trafilatura.extract(text) for text in texts])


def cores() -> int:
    """Cores that the commands use."""
    from sentiment.engine.run import cores as usable

    return usable()


def growth(table: Table, folder: Path, most: int) -> None:
    """``classify`` of 10^4 comments and ten times more, again and again, with a worker per core whatever the size."""
    size, per_comment, sizes = 10_000, [], []
    while size <= most:
        path = folder / f"comments-{size}.jsonl"
        write_comments(size, path, seed=3)
        before = vader_rate(path)
        done = command("classify", path, "--output", folder / "out.jsonl", "--workers", str(cores()))
        peer = statistics.mean((before, vader_rate(path)))
        rate = size / done.processor
        per_comment.append(peer / rate)
        sizes.append(size)
        table.add(
            f"classify {size:,} comments, per core",
            f"{rate:,.0f}/s",
            f"on {cores()} cores {cores() * rate / peer:.2f} x VADER alone on one ({peer:,.0f}/s); "
            f"peak {done.memory:,.0f} MiB; {done.seconds:.0f} s on the clock",
        )
        path.unlink()
        size *= 10
    if len(per_comment) > 1:
        last, before_last = per_comment[-1], per_comment[-2]
        table.add(
            "cost of the last by that of the one before",
            f"{last / before_last:.2f}",
            "in VADER's time, start-up included",
        )
        whole = [size * cost for size, cost in zip(sizes, per_comment, strict=True)]
        beyond = [
            (more - less) / (large - small)
            for (small, large), (less, more) in zip(pairwise(sizes), pairwise(whole), strict=True)
        ]
        told = ", ".join(f"{cost:.2f}" for cost in beyond)
        table.add("a further comment", told, "in VADER's time: what one costs beyond start-up, from size to size")


def workers(table: Table, folder: Path, size: int, *, dask: bool = False) -> None:
    """One worker and two, or one and Dask with two, on the same comments."""
    path = folder / "workers.jsonl"
    write_comments(size, path, seed=4)
    runs: dict[str, tuple[str, ...]] = {"1 worker": ("--workers", "1"), "2 workers": ("--workers", "2")}
    if dask:
        runs["Dask, 2 workers"] = ("--engine", "dask", "--workers", "2")
    first: Command | None = None
    outputs: dict[str, bytes] = {}
    for name, options in runs.items():
        out = folder / "workers-out.jsonl"
        done = command("classify", path, "--output", out, *options)
        first, outputs[name] = first or done, out.read_bytes()
        table.add(
            f"classify {size:,} comments, {name}",
            f"{size / done.seconds:,.0f}/s",
            f"on the clock {first.seconds / done.seconds:.2f} x one worker; processor time {done.processor / first.processor:.2f} x; "
            f"peak {done.memory:,.0f} MiB",
        )
    same = len(set(outputs.values())) == 1
    table.add("files of all of them", "equal" if same else "DIFFERENT")


def exports(table: Table, folder: Path, count: int) -> None:
    """``export`` of a folder of pages, with one worker and with two, and trafilatura before, between and after."""
    pages = folder / "pages"
    write_pages(count, pages, seed=5)
    trafilatura_rate(pages, 5)
    first: Command | None = None
    before = trafilatura_rate(pages)
    for workers in (1, 2):
        out = folder / f"{workers}.jsonl"
        done = command("export", pages, "--output", out, "--workers", str(workers))
        after = trafilatura_rate(pages)
        peer, before, first = statistics.mean((before, after)), after, first or done
        with out.open("rb") as file:
            rows = sum(1 for _ in file)
        table.add(
            f"export {count:,} pages, {workers} worker{'s' * (workers > 1)}, per core",
            f"{count / done.processor:,.0f} pages/s",
            f"{count / done.processor / peer:.2f} x trafilatura ({peer:,.0f} pages/s); {rows / done.processor:,.0f} comments/s; "
            f"on the clock {first.seconds / done.seconds:.2f} x one worker; peak {done.memory:,.0f} MiB",
        )
    same = (folder / "1.jsonl").read_bytes() == (folder / "2.jsonl").read_bytes()
    table.add("files of both", "equal" if same else "DIFFERENT")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--comments", type=int, default=100_000, help="the largest table of comments")
    parser.add_argument("--pages", type=int, default=1_000, help="pages to export")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("stages", "pages", "growth", "workers", "dask", "exports"), action="append")
    parser.add_argument("--scratch", type=Path, help="where the corpora are made; default: a temporary folder")
    given = parser.parse_args()
    table = Table()
    with tempfile.TemporaryDirectory(dir=given.scratch) as name:
        folder = Path(name)
        parts: dict[str, Callable[[], None]] = {
            "stages": lambda: stages(table, given.rounds),
            "pages": lambda: pages_stages(table, 10 * PAGES),
            "growth": lambda: growth(table, folder, given.comments),
            "workers": lambda: workers(table, folder, given.comments),
            "dask": lambda: workers(table, folder, min(given.comments, 100_000), dask=True),
            "exports": lambda: exports(table, folder, given.pages),
        }
        for part in given.only or parts:
            parts[part]()


if __name__ == "__main__":
    main()
