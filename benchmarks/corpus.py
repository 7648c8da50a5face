"""Synthetic corpora of any size in four languages, the same for the same seed: comments as tables, pages as HTML.

    python -m benchmarks.corpus comments 100000 comments.jsonl
    python -m benchmarks.corpus pages 2000 FOLDER/

The words are our own short lists. What real comments have and a list lacks is added: inflected and misspelt forms, so that
new words keep turning up as a corpus grows, numbers, names, addresses, emoji, capitals. Lengths follow a log-normal
distribution with a median of 12 words, as comments under news do.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from benchmarks.shapes import SHAPES

LANGUAGES = ("en", "it", "de", "ru")
MEDIAN_WORDS, SPREAD = 12, 0.8
REPEATED = 0.02
"""Share of comments that are a stock phrase ("lol", "First!"), hence the same text again."""


@cache
def _words(language: str) -> dict[str, list[str]]:
    lists = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
    return {name: text.split("|" if name == "stock" else None) for name, text in lists[language].items()}


@cache
def _weights(size: int) -> list[float]:
    """Zipf's law over the places of a list, added up."""
    return list(accumulate(1 / (rank + 3) for rank in range(size)))


def sentence(chance: random.Random, language: str, size: int) -> str:
    """Some words in a row."""
    lists = _words(language)
    common = lists["words"]
    words = chance.choices(common, cum_weights=_weights(len(common)), k=size)
    for place in range(size):
        draw = chance.random()
        if draw < 0.22:  # the open end of the vocabulary
            words[place] = chance.choice(lists["stems"]) + chance.choice(lists["endings"])
        elif draw < 0.25 and len(words[place]) > 3:
            cut = chance.randrange(1, len(words[place]))
            words[place] = words[place][:cut] + words[place][cut - 1 :]
        elif draw < 0.27:
            words[place] = str(chance.randrange(2, 3000))
        elif draw < 0.30:
            words[place] = chance.choice(lists["names"])
    return " ".join(words)


def comment(chance: random.Random, language: str) -> str:
    """One comment: sentences, marks, now and then an address or an emoji."""
    if chance.random() < REPEATED:
        return chance.choice(_words(language)["stock"])
    left = max(1, min(200, round(chance.lognormvariate(0, SPREAD) * MEDIAN_WORDS)))
    parts = []
    while left > 0:
        size = min(left, chance.randrange(4, 15))
        words = sentence(chance, language, size)
        parts.append(words[:1].upper() + words[1:] + chance.choice(("", ".", ".", ".", "!", "?", "...", ",")))
        left -= size
    text = " ".join(parts)
    draw = chance.random()
    if draw < 0.03:
        text += f" https://example.org/{chance.randrange(10**6)}"
    elif draw < 0.10:
        text += chance.choice((" 😂", " 👍", " :)", " 🤔🤔", " ;-)"))
    elif draw < 0.12:
        text = text.upper()
    return text


def comments(count: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Rows of comments: id, language (what it was made in), text."""
    chance = random.Random(seed)  # noqa: S311 - a corpus, not a secret
    for number in range(count):
        language = LANGUAGES[number % len(LANGUAGES)]
        yield {"id": number, "made_in": language, "text": comment(chance, language)}


def page(number: int, seed: int = 0) -> str:
    """One saved page as HTML: an article with 0 to some 60 comments, in the markup of one of several systems."""
    chance = random.Random(f"{seed} {number}")  # noqa: S311
    language = LANGUAGES[number % len(LANGUAGES)]
    shape = SHAPES[number // len(LANGUAGES) % len(SHAPES)]
    title = sentence(chance, language, 8).capitalize()
    body = [". ".join(sentence(chance, language, 12).capitalize() for _ in range(5)) + "." for _ in range(8)]
    count = min(60, int(chance.expovariate(1 / 20)))
    found = [(chance.choice(NAMES) + str(chance.randrange(999)), comment(chance, language)) for _ in range(count)]
    return shape(chance, language, title, body, found, number)


NAMES = ("anna", "Marco", "tux", "Silent Bob", "olga", "kiwi", "Hans P", "luca", "dmitri", "reader")


def write_comments(count: int, path: Path, seed: int = 0) -> None:
    """A table of comments, in the form that the file's ending names."""
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            table = csv.DictWriter(file, ["id", "made_in", "text"], lineterminator="\n")
            table.writeheader()
            table.writerows(comments(count, seed))
        else:
            for row in comments(count, seed):
                file.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_pages(count: int, folder: Path, seed: int = 0) -> None:
    """A folder with pages, a thousand to a folder in it."""
    for number in range(count):
        place = folder / f"{number // 1000:04d}"
        if number % 1000 == 0:
            place.mkdir(parents=True, exist_ok=True)
        (place / f"{number:07d}.html").write_text(page(number, seed), encoding="utf-8")


def main() -> None:
    """Write a corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=("comments", "pages"))
    parser.add_argument("count", type=int)
    parser.add_argument("path", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    (write_comments if given.kind == "comments" else write_pages)(given.count, given.path, given.seed)


if __name__ == "__main__":
    main()
