"""A process that dies at any moment takes no acknowledged decision with it."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sentiment.annotate.draws import DrawOptions, make
from sentiment.annotate.store import Store
from sentiment.records import Page

WRITER = """
import sys
from sentiment.annotate.session import Session
from sentiment.annotate.store import Store
store = Store(sys.argv[1], "xiaomi-us")
session = Session(store, "ann", codebook="1", origin="test")
while tasks := session.next():
    done = session.decide(tasks[0], "favor", note="words " * 20)
    print(done.event.id, flush=True)
"""
LABELS = 2000


def test_killed_at_random_moments_during_2000_labels(
    store: Store, url: str, pages: Callable[..., Iterator[Page]]
) -> None:
    """Kill -9 again and again until 2,000 comments are labelled: every acknowledged event is there, no comment twice."""
    store.add_pages(pages(LABELS // 50, 50))
    make(store, DrawOptions(purpose="estimate", n=LABELS, by=(), seed=1))
    rng = random.Random(7)  # noqa: S311 - moments, not secrets
    acknowledged: list[str] = []
    kills = 0
    for _ in range(60):
        writer = subprocess.Popen(  # noqa: S603 - our own interpreter and script
            [sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        assert writer.stdout is not None
        first = writer.stdout.readline()
        if kills < 8:
            time.sleep(rng.uniform(0.01, 0.5))
            os.kill(writer.pid, signal.SIGKILL)
            kills += 1
        *whole, _torn = (first + writer.stdout.read()).split("\n")
        acknowledged += whole
        writer.stdout.close()
        writer.wait()
        if len(acknowledged) >= LABELS - kills and writer.returncode == 0:
            break
    there = {event.id: event.item for event in store.events()}
    assert kills == 8
    assert set(acknowledged) <= there.keys()
    assert len(there) == len(set(there.values())) == LABELS
    if store.engine.dialect.name == "sqlite":
        assert store.rows("PRAGMA integrity_check")[0]["integrity_check"] == "ok"
