"""``export`` into a folder: a part for every task, as it is finished."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sentiment.engine.folder import Folder, groups
from sentiment.engine.pages import PageJob
from sentiment.engine.run import Chunk, Run, chunks
from sentiment.engine.tasks import PageTask
from sentiment.errors import InputError
from sentiment.pipeline import Tagged, Tagger
from sentiment.records import Skipped
from sentiment.report.rows import Row, write_rows
from sentiment.sources.options import ReadOptions

FACTOR = 4
"""Parts are made of tasks so many times larger than usual: 16 MiB of pages give some hundred kilobytes of rows."""
FORMS = ("parquet", "csv", "jsonl")
PARTITIONS = ("outlet", "language")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """How a folder is filled."""

    folder: Path
    form: str = "parquet"
    by: tuple[str, ...] = ()
    """Columns that become folders, such as ``outlet=a.example/``."""
    factor: int = FACTOR
    settings: dict[str, Any] = field(default_factory=dict)
    """What else the rows depend on: a folder begun with others is refused."""


@dataclass(slots=True)
class Total:
    """What is in the folder now."""

    pages: int = 0
    comments: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    made: int = 0
    kept: int = 0


def export_parts(
    paths: Iterable[str],
    job: PageJob,
    run: Run,
    parts: Parts,
    *,
    rows_of: Callable[[Iterable[Tagged | Skipped]], Iterable[Row]],
    options: ReadOptions | None = None,
    watch: Callable[[Iterator[Chunk]], Iterator[Chunk]] = lambda found: found,
) -> Total:
    """Write the rows of all pages into a folder; what is there and still right stays.

    Args:
        paths: what to read.
        job: what to do with it.
        run: who does it.
        parts: where to and how.
        rows_of: the rows of some pages.
        options: how to read it.
        watch: passes the chunks on, and counts them.

    Raises:
        InputError: the folder cannot be used, or there is nothing to read.
    """
    if parts.form not in FORMS:
        raise InputError(f"parts cannot be {parts.form}; there is {', '.join(FORMS)}")
    unknown = [name for name in parts.by if name not in PARTITIONS]
    if unknown:
        raise InputError(f"cannot partition by {', '.join(unknown)}; choose from {', '.join(PARTITIONS)}")
    folder = Folder(parts.folder, {**_settings(job), **parts.settings, "format": parts.form, "partition": parts.by})
    keys: dict[int, str] = {}

    def wanted(task: PageTask) -> bool:
        keys[task.number] = key = task.key()
        return not folder.has(task.number, key)

    for chunk in watch(chunks(paths, job, run, options=options, factor=parts.factor, wanted=wanted)):
        _write(folder, chunk, keys.pop(chunk.task.number), parts, rows_of)
    total = Total(made=folder.made, kept=folder.kept)
    for part in folder.finish():
        total.pages += part.facts["pages"]
        total.comments += part.facts["comments"]
        total.skipped += [Skipped(*item) for item in part.facts["skipped"]]
    return total


def _write(
    folder: Folder, chunk: Chunk, key: str, parts: Parts, rows_of: Callable[[Iterable[Tagged | Skipped]], Iterable[Row]]
) -> None:
    tagged = [item for item in chunk.items if isinstance(item, Tagged)]
    rows = list(rows_of(tagged))
    name = f"part-{chunk.task.number:06d}.{parts.form}"
    files = {f"{place}{name}": partial(_one, found) for place, found in groups(rows, parts.by).items()}
    skipped = [(item.source, item.reason) for item in chunk.items if isinstance(item, Skipped)]
    folder.add(chunk.task.number, key, files, {"pages": len(tagged), "comments": len(rows), "skipped": skipped})


def _one(rows: list[Row], path: Path) -> None:
    write_rows(rows, str(path))


def _settings(job: PageJob) -> dict[str, Any]:
    from sentiment import __version__
    from sentiment.stance.target import load_target

    tagger = Tagger(target=job.target, annotations=job.annotations, model=job.model)
    labels = sorted((i, x.stance, x.annotator, x.inclusion or 0) for i, x in tagger.labels.items())
    return {
        "command": "export",
        "program": __version__,
        "target": load_target(job.target).slug,
        "model": tagger.backend.name,
        "labels": hashlib.blake2b(repr(labels).encode("utf-8", "replace"), digest_size=12).hexdigest(),
    }
