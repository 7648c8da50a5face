from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_jobs import JOB, write_pages

from sentiment.engine import Run, tagged, tasks
from sentiment.engine.cluster import Cluster
from sentiment.errors import InputError
from sentiment.sources import ReadOptions

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the cluster's own libraries
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ROOT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT}/tests/engine"}


def start(*arguments: str) -> subprocess.Popen[bytes]:
    """A part of a cluster as a process of its own."""
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", *arguments], cwd=ROOT, env=ENVIRONMENT, stderr=subprocess.DEVNULL
    )


def worker(address: str) -> subprocess.Popen[bytes]:
    """A worker that nobody starts again when it is killed."""
    return start("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")


@pytest.fixture
def scheduler() -> Iterator[str]:
    """The address of a real scheduler."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    try:
        yield f"tcp://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def test_a_killed_worker_changes_nothing(scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With two workers, one of them killed in the middle, every page is there once, in order, as this process tags it."""
    from distributed import Client

    monkeypatch.setattr(tasks, "FILES", 2)
    write_pages(tmp_path, 40)
    alone = list(tagged([str(tmp_path)], JOB, Run(1)))
    first, second = worker(scheduler), worker(scheduler)
    try:
        with Client(scheduler) as client:
            client.wait_for_workers(2, timeout=60)
        results = Cluster(scheduler, 2).map(JOB, tasks.page_tasks([str(tmp_path)], ReadOptions()))
        found = [*next(results)]
        os.kill(first.pid, signal.SIGKILL)
        for items in results:
            found += items
        assert second.poll() is None
    finally:
        for process in (first, second):
            process.kill()
            process.wait()
    assert found == alone
    assert len(found) == 40


def test_no_scheduler_is_told() -> None:
    """An address where nobody answers is an error that says how to start a cluster."""
    import sentiment.engine.cluster as module

    before, module.PATIENCE = module.PATIENCE, 1
    try:
        with pytest.raises(InputError, match="dask scheduler"):
            list(Cluster("tcp://127.0.0.1:9", 1).map(JOB, []))
    finally:
        module.PATIENCE = before
