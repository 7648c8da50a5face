"""What every engine is given: a job, and tasks for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")
T_contra = TypeVar("T_contra", contravariant=True)


class Job(Protocol[T, R]):
    """Pure work on tasks; small, and picklable like the tasks and their results."""

    def run(self, task: T) -> R:
        """Do a task. What fails on one document is part of the result, never an exception."""

    def split(self, task: T) -> list[T]:
        """The task in smaller ones, of which at least one is smaller; a list of one where it cannot be cut."""

    def lost(self, task: T, reason: str) -> R:
        """The result of a task that no process survives."""

    def join(self, results: list[R]) -> R:
        """The results of the tasks that a task was split into, as its own."""


class Engine(Protocol):
    """Runs the tasks of a job and gives the results in the order of the tasks, a bounded number at a time."""

    def map(self, job: Job[T, R], tasks: Iterable[T]) -> Iterator[R]:
        """The results, in order."""


def here(job: Job[T, R], tasks: Iterable[T]) -> Iterator[R]:
    """Run a job in this process."""
    return map(job.run, tasks)
