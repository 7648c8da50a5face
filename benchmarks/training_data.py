"""What the training comments are: counts, lengths, near-duplicates, and how far two independent codings agree.

python -m benchmarks.training_data annotations/xiaomi-us/training.csv
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from sentiment.cells import unguard
from sentiment.stance.metrics import agreement

Row = dict[str, str]
_WORD = re.compile(r"\w+")
NEAR = 0.8
"""Jaccard similarity of word trigrams from which two comments are near-duplicates."""


def read(path: Path) -> list[Row]:
    """The rows of a training table."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: unguard(cell or "") for name, cell in row.items()} for row in csv.DictReader(file)]


def near_duplicates(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of rows whose words are the same, or whose trigrams agree by more than :data:`NEAR`."""
    found: list[tuple[int, int]] = []
    seen: dict[str, int] = {}
    index: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
    for place, text in enumerate(texts):
        words = _WORD.findall(text.casefold())
        key = " ".join(words) or text
        if key in seen:
            found.append((seen[key], place))
        seen.setdefault(key, place)
        grams = {(*words[i : i + 3],) for i in range(len(words) - 2)}
        shared = Counter(other for gram in grams for other in index[gram])
        for (other, size), count in shared.items():
            if count / (len(grams) + size - count) > NEAR and (other, place) not in found:
                found.append((other, place))
        for gram in grams:
            index[gram].append((place, len(grams)))
    return found


def main() -> None:
    """Print the statistics of a training table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    rows = read(parser.parse_args().table)
    labels = sorted({row["stance"] for row in rows})
    print(
        f"{'language':9} {'rows':>5} {'batches':>7} {'replies':>7} " + " ".join(f"{name:>9}" for name in labels), end=""
    )
    print(f" {'words, median':>13} {'<8':>5} {'8-29':>5} {'30+':>5} {'read twice':>10} {'agree':>6} {'kappa':>6}")
    for language in [*sorted({row["language"] for row in rows}), "all"]:
        own = [row for row in rows if language in ("all", row["language"])]
        count = Counter(row["stance"] for row in own)
        sizes = sorted(len(_WORD.findall(row["text"])) for row in own)
        bands = [sum(low <= size < high for size in sizes) / len(sizes) for low, high in ((0, 8), (8, 30), (30, 10**9))]
        read_twice, raw, kappa = agreement((row["reader_a"], row["reader_b"]) for row in own)
        print(
            f"{language:9} {len(own):5} {len({row['batch'] for row in own}):7} {sum(bool(row['parent']) for row in own):7}",
            end=" ",
        )
        print(" ".join(f"{count[name]:9}" for name in labels), end=f" {sizes[len(sizes) // 2]:13} ")
        agreed = ["-" if figure is None else f"{figure:.3f}" for figure in (raw, kappa)]
        print(" ".join(f"{share:5.0%}" for share in bands), f"{read_twice:10} {agreed[0]:>6} {agreed[1]:>6}")
    print(f"series: {dict(Counter(row['series'] for row in rows))}")
    print(f"origins: {dict(Counter(row['origin'] for row in rows))}")
    doubles = near_duplicates([row["text"] for row in rows])
    print(f"near-duplicates: {len(doubles)}")
    for one, other in doubles[:10]:
        print(f"  {rows[one]['id']} {rows[other]['id']}: {rows[one]['text'][:60]!r}")


if __name__ == "__main__":
    main()
