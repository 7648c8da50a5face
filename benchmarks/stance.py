"""What each block of features is worth, and how fast comments are tagged.

    python -m benchmarks.stance ablation annotations/xiaomi-us/training.csv
    python -m benchmarks.stance speed annotations/xiaomi-us/training.csv

The ablation trains with all blocks, then leaves out one at a time, on the same folds with writing batches kept whole.
It reports log-loss (what training goes by) and macro-F1; differences below 0.005 of F1 are noise here. The block *parent*
holds what a first pass says of the answered comment, so it can only be added to the others.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentiment.stance.choose import Choice, Design, Trial, weights_of
from sentiment.stance.files import read_table
from sentiment.stance.metrics import mean_f1
from sentiment.stance.score import key_of, rounded
from sentiment.stance.table import read_rows
from sentiment.stance.tag import Item, load_backend
from sentiment.stance.target import load_target
from sentiment.stance.tokens import Doc
from sentiment.stance.train import Options

BLOCKS = ("words", "chars", "tags", "marks", "near", "negated", "cues", "pairs", "vader", "reply")
OPTIONS = Options(
    label="stance",
    group="batch",
    language="language",
    parent="parent_text",
    weight="weight",
    target=load_target("xiaomi-us"),
)


def ablation(path: str) -> None:
    """One line per set of blocks."""
    rows = read_rows(read_table(path), OPTIONS)
    target = OPTIONS.target
    lists = {"cues": dict(target.cues), "entities": dict(target.entities)} if target else {}
    docs = rows.docs()
    trial = Trial(Design(docs, lists), rows, OPTIONS)
    sets = {"all": BLOCKS, **{f"without {name}": tuple(b for b in BLOCKS if b != name) for name in BLOCKS}}
    sets |= {"words and letters": ("words", "chars"), "cues alone": ("cues",)}
    print(f"{'':<22}{'log-loss':>9}{'macro-F1':>10}" + "".join(f"{name:>8}" for name in rows.languages or ()))
    for name, blocks in sets.items():
        choice = trial.done(weights_of(blocks))
        _print(name, trial, choice)
        if blocks == BLOCKS:
            second = trial.over(trial.design.told(_told(docs, choice.held_out)))
            _print("all and parent", second, second.done(weights_of((*BLOCKS, "parent"))))


def _print(name: str, trial: Trial, choice: Choice) -> None:
    rows, said = trial.rows, choice.held_out.argmax(axis=1)
    each = [
        mean_f1(rows.codes[trial.parts == place], said[trial.parts == place], rows.labels) or 0.0
        for place in range(len(rows.languages or ()))
    ]
    total = mean_f1(rows.codes, said, rows.labels) or 0.0
    print(f"{name:<22}{choice.loss:>9.4f}{total:>10.4f}" + "".join(f"{f1:>8.3f}" for f1 in each), flush=True)


def _told(docs: list[Doc], shares: NDArray[np.float64]) -> list[Doc]:
    """The comments with what held-out models say of the comment that they answer, where it is in the table."""
    known = {key_of(doc): rounded(row) for doc, row in zip(docs, shares, strict=True)}
    return [replace(doc, shared=known.get(key_of(doc.parent), ())) if doc.parent else doc for doc in docs]


def speed(path: str, most: int = 140) -> None:
    """Comments per second of processor time: this model, its load, and VADER in the same run."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    table = read_table(path)
    start = time.process_time()
    backend = load_backend(load_target("xiaomi-us"))
    print(f"load: {time.process_time() - start:.3f} s")
    items = [Item(t, code) for t, code in zip(table["text"], table["language"], strict=True) if len(t) <= most]
    backend.classify(items[:500])
    for name, with_reasons in (("stance", False), ("stance with reasons", True)):
        some = items[:300] if with_reasons else items
        start = time.process_time()
        backend.classify(some, reasons=with_reasons)
        print(f"{name}: {len(some) / (time.process_time() - start):.0f} comments per second")
    vader = SentimentIntensityAnalyzer()
    start = time.process_time()
    for item in items:
        vader.polarity_scores(item.text)
    print(f"VADER: {len(items) / (time.process_time() - start):.0f} comments per second")
    print(f"{len(items)} comments of {np.mean([len(item.text) for item in items]):.0f} characters")


if __name__ == "__main__":
    commands = {"ablation": ablation, "speed": speed}
    if len(sys.argv) != 3 or sys.argv[1] not in commands or not Path(sys.argv[2]).is_file():
        raise SystemExit(__doc__)
    commands[sys.argv[1]](sys.argv[2])
