"""Runs tasks on processes of this machine: in order, a few at a time, and whatever happens to one of them.

A worker that dies (out of memory, killed, a crash in C) takes the pool with it. The tasks that were under way are run
again, the first of them alone; if it takes its process with it again, it is halved until the one document is found that
no process survives, and that one is given up.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from sentiment.engine.job import Job, R, T

LOST = "the process that read it was killed or crashed, twice; everything else went on"
AHEAD = 2
"""Tasks per worker that wait beside those that run: a worker never idles, memory stays bounded."""


class Local:
    """A pool of processes.

    Args:
        workers: how many.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def map(self, job: Job[T, R], tasks: Iterable[T]) -> Iterator[R]:
        """The results in the order of the tasks."""
        waiting: deque[tuple[T, Future[R]]] = deque()
        try:
            for task in tasks:
                waiting.append((task, self._submit(job, task)))
                if len(waiting) >= self._workers * (1 + AHEAD):
                    yield self._next(job, waiting)
            while waiting:
                yield self._next(job, waiting)
        finally:
            self._stop()

    def _next(self, job: Job[T, R], waiting: deque[tuple[T, Future[R]]]) -> R:
        task, future = waiting.popleft()
        try:
            return future.result()
        except BrokenProcessPool:
            again = [later for later, _ in waiting]
            waiting.clear()
            self._stop()
            result = alone(job, task)
            waiting.extend((later, self._submit(job, later)) for later in again)
            return result

    def _submit(self, job: Job[T, R], task: T) -> Future[R]:
        if self._pool is None:
            self._pool = _pool(self._workers)
        try:
            return self._pool.submit(job.run, task)
        except BrokenProcessPool as error:
            failed: Future[R] = Future()
            failed.set_exception(error)
            return failed

    def _stop(self) -> None:
        if self._pool is not None:
            processes = list((self._pool._processes or {}).values())
            self._pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:  # whoever stops reading early does not wait for what nobody wants
                process.terminate()
            for process in processes:
                process.join()
            self._pool = None


def alone(job: Job[T, R], task: T) -> R:
    """The result of a task in a process of its own; what kills that too is cut in halves and given up at last."""
    with _pool(1) as pool:
        try:
            return pool.submit(job.run, task).result()
        except BrokenProcessPool:
            pass
    parts = job.split(task)
    if parts == [task]:
        return job.lost(task, LOST)
    return job.join([alone(job, part) for part in parts])


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=_context(), initializer=_start)


def _context() -> Any:
    """Processes that start from a clean one, which has imported the package already, where the system has that."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["sentiment.engine.preload"])
    return context


def _start() -> None:
    """In a new worker: leave Ctrl-C to the parent, and end when the parent is gone."""
    gc.freeze()  # what is loaded stays; looking through it again and again took up to a tenth of the time
    gc.set_threshold(50_000, 20, 50)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
