"""One run over pages: whoever runs it, chunks of tagged pages come back in the order of the input."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Literal

from sentiment.engine.job import Engine, Job, R, T, here
from sentiment.engine.pages import PageJob
from sentiment.engine.tasks import PageTask, page_tasks
from sentiment.pipeline import Tagged
from sentiment.records import Skipped
from sentiment.sources import ReadOptions

FEW = 3
"""Fewer tasks are done here: starting processes takes longer than they do."""

EngineName = Literal["local", "dask"]


@dataclass(frozen=True, slots=True)
class Run:
    """Who does the work.

    ``workers`` is the number of processes, None for one per core; with a ``scheduler`` it is the cluster's own.
    """

    workers: int | None = None
    engine: EngineName = "local"
    scheduler: str | None = None

    def map(self, job: Job[T, R], tasks: Iterable[T], *, few: int = FEW) -> Iterator[R]:
        """The results of a job in the order of its tasks; fewer than ``few`` are done in this process."""
        workers = self.workers or cores()
        rest = iter(tasks)
        if self.engine == "local":
            if workers == 1:
                return here(job, rest)
            first = list(islice(rest, few))
            rest = chain(first, rest)
            if len(first) < few:
                return here(job, rest)
        return _engine(self.engine, workers, self.scheduler).map(job, rest)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Chunk:
    """What became of a task."""

    task: PageTask
    items: list[Tagged | Skipped]


def chunks(
    paths: Iterable[str],
    job: PageJob,
    run: Run,
    *,
    options: ReadOptions | None = None,
    factor: int = 1,
    wanted: Callable[[PageTask], bool] = lambda _: True,
) -> Iterator[Chunk]:
    """Tagged pages, some at a time, in the order of the input.

    Args:
        paths: what to read.
        job: what to do with it.
        run: who does it.
        options: how to read.
        factor: how many times larger than usual the chunks are.
        wanted: tells of a task whether it is to be done.

    Raises:
        InputError: a path does not exist, or there is nothing to read in it.
    """
    passed: list[PageTask] = []

    def asked() -> Iterator[PageTask]:
        for task in page_tasks(paths, options or ReadOptions(), factor=factor):
            if wanted(task):
                passed.append(task)
                yield task

    for items in run.map(job, asked(), few=FEW if factor == 1 else 2):
        yield Chunk(passed.pop(0), items)


def tagged(
    paths: Iterable[str],
    job: PageJob,
    run: Run,
    *,
    options: ReadOptions | None = None,
    watch: Callable[[Iterator[Chunk]], Iterator[Chunk]] = lambda found: found,
) -> Iterator[Tagged | Skipped]:
    """Tagged pages, one by one; ``watch`` passes chunks on, and counts them."""
    for chunk in watch(chunks(paths, job, run, options=options)):
        yield from chunk.items


def _engine(name: EngineName, workers: int, scheduler: str | None) -> Engine:
    if name == "dask":
        from sentiment.engine.cluster import Cluster

        return Cluster(scheduler, workers)
    from sentiment.engine.local import Local

    return Local(workers)
