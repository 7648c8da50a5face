"""Runs tasks on a Dask cluster: in order, a bounded number at a time; what a lost worker had is run again by others.

Workers need this package. They read small files and files at addresses themselves, so paths must mean the same to them;
the rows come back to the one process that writes.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sentiment.engine.job import Job, R, T
from sentiment.errors import InputError

AHEAD = 3
"""Tasks per thread of the cluster that are under way or wait there."""
PATIENCE = 30
"""Seconds to wait for the scheduler, and for its first worker."""
LOST = "the workers that read it died, several in a row; everything else went on"

_ONE = threading.Lock()
"""The model's memories are not made for several threads; the interpreter runs one at a time anyway."""


class Cluster:
    """A Dask cluster.

    Args:
        scheduler: the address of its scheduler; None starts a cluster of processes on this machine.
        workers: how many processes, where it is started here.
    """

    def __init__(self, scheduler: str | None, workers: int) -> None:
        self._scheduler, self._workers = scheduler, workers

    def map(self, job: Job[T, R], tasks: Iterable[T]) -> Iterator[R]:
        """The results in the order of the tasks."""
        with self._client() as client:
            waiting: deque[tuple[T, Any]] = deque()
            for task in tasks:
                waiting.append((task, _submit(client, job, task)))
                if len(waiting) >= self._limit(client):
                    yield _result(client, job, *waiting.popleft())
            while waiting:
                yield _result(client, job, *waiting.popleft())

    @contextmanager
    def _client(self) -> Iterator[Any]:
        try:
            from distributed import Client, LocalCluster
        except ImportError:
            raise InputError("--engine dask needs Dask: pip install 'reader-sentiment[cluster]'") from None
        if self._scheduler is None:
            with (
                LocalCluster(
                    n_workers=self._workers, threads_per_worker=1, dashboard_address=None, silence_logs=logging.ERROR
                ) as cluster,
                Client(cluster) as client,
            ):
                yield client
            return
        try:
            client = Client(self._scheduler, timeout=PATIENCE)
            client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, TimeoutError, ValueError) as error:
            raise InputError(
                f"no Dask scheduler with a worker at {self._scheduler} ({error}); start them with: "
                "dask scheduler, dask worker ADDRESS"
            ) from error
        with client:
            yield client

    def _limit(self, client: Any) -> int:
        threads = sum(client.nthreads().values()) if self._scheduler else self._workers
        return max(2, AHEAD * int(threads))


def _submit(client: Any, job: Job[T, R], task: T) -> Any:
    return client.submit(_run, job, task, pure=False)


def _run(job: Job[T, R], task: T) -> R:
    with _ONE:
        return job.run(task)


def _result(client: Any, job: Job[T, R], task: T, future: Any) -> R:
    """The result of a task; one that kills worker after worker is halved until the one document is found."""
    from distributed import KilledWorker

    try:
        result: R = future.result()
        return result
    except KilledWorker:
        parts = job.split(task)
        if parts == [task]:
            return job.lost(task, LOST)
        return job.join([_result(client, job, part, _submit(client, job, part)) for part in parts])
    finally:
        future.release()
