from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine_jobs import Doubler

from sentiment.engine.local import AHEAD, Local


def test_order_is_kept() -> None:
    """Results come in the order of the tasks, whichever process was quicker."""
    tasks = [(n,) for n in range(40)]
    assert list(Local(2).map(Doubler(), tasks)) == [[2 * n] for n in range(40)]


def test_only_so_many_tasks_are_under_way() -> None:
    """A task is taken from the input only when an earlier one has been handed on."""
    taken = 0

    def tasks() -> Iterator[tuple[int, ...]]:
        nonlocal taken
        for n in range(100):
            taken += 1
            yield (n,)

    for done, _ in enumerate(Local(2).map(Doubler(), tasks()), 1):
        assert taken <= done + 2 * (1 + AHEAD)
    assert taken == 100


def test_a_worker_that_is_killed_once_costs_nothing(tmp_path: Path) -> None:
    """What a killed process had is done again by another."""
    job = Doubler(deadly=frozenset({7}), once=tmp_path / "killed")
    assert list(Local(2).map(job, [(n,) for n in range(20)])) == [[2 * n] for n in range(20)]
    assert (tmp_path / "killed").exists()


def test_a_deadly_document_is_given_up_alone() -> None:
    """A document that kills every process is given up; its neighbours in the same task are not."""
    tasks = [(0, 1, 2, 3), (4, 5, 6, 7), (8, 9)]
    found = list(Local(2).map(Doubler(deadly=frozenset({5})), tasks))
    assert found == [[0, 2, 4, 6], [8, -1, 12, 14], [16, 18]]


def test_reading_may_stop_early() -> None:
    """Whoever takes only some results leaves no process behind."""
    pool = Local(2)
    results = pool.map(Doubler(), [(n,) for n in range(50)])
    assert next(results) == [0]
    results.close()
    assert pool._pool is None
