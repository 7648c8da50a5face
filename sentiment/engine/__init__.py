"""Runs the pipeline over inputs of any size: cut into tasks, run here, on all cores or on a cluster, handed back in order.

A task is a pure function of its input, so whoever runs it, and however often, the rows are the same.

    tasks    cuts the input: some files, or some documents of a large archive, each
    jobs     what is done with a task: pages to stances, rows of a table to rows with a stance
    here, local, cluster    who runs it: this process, processes of this machine, a Dask cluster
    folder   parts of an output with a manifest, so that a run can be stopped and continued
"""

from __future__ import annotations

from sentiment.engine.run import Run, chunks, tagged

__all__ = ["Run", "chunks", "tagged"]
