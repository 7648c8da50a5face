"""How well the language of short comments is known: this package against py3langid as it comes, in the same run.

    python -m benchmarks.language [FILE.csv] [--format json]

FILE has the columns ``text`` and ``language``; the default is the shipped training table. Prints accuracy per language
and length band, read in five ways:

py3langid        the library alone, all its languages
alone            ``sentiment.language.identify(text)``: no page is known
at home          the same, on a page in the comment's own language
abroad           the same, on a page in each of the other languages: what a foreign comment meets
took the page's  of the wrong ones abroad, the share that was given the page's language

Rows without a letter are left out: nothing in them has a language.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from sentiment.language import identify

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "annotations" / "xiaomi-us" / "training.csv"
BANDS = ((10, "1-10"), (20, "11-20"), (40, "21-40"), (80, "41-80"), (160, "81-160"), (10**9, "161-"))
"""Upper bounds in characters, and their names."""

Counts = dict[str, list[int]]
"""Reader -> right ones, all."""


def raw() -> Callable[[str], str]:
    """py3langid as it comes."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    return lambda text: str(identifier.classify(text)[0])


def measure(rows: list[tuple[str, str]]) -> dict[str, dict[str, Counts]]:
    """Language -> band -> counts per reader; ``all`` sums the bands."""
    languages = sorted({language for _, language in rows})
    plain = raw()
    found: dict[str, dict[str, Counts]] = defaultdict(lambda: defaultdict(lambda: defaultdict(lambda: [0, 0])))
    for text, language in rows:
        band = next(name for bound, name in BANDS if len(text) <= bound)
        for reader, page, said in _readings(text, language, languages, plain):
            for key in (band, "all"):
                count = found[language][key][reader]
                count[0] += said == language
                count[1] += 1
                if reader == "abroad" and said != language:
                    taken = found[language][key]["took the page's"]
                    taken[0] += said == page
                    taken[1] += 1
    return found


def _readings(
    text: str, language: str, languages: list[str], plain: Callable[[str], str]
) -> Iterator[tuple[str, str, str]]:
    yield "py3langid", "", plain(text)
    yield "alone", "", identify(text)
    yield "at home", language, identify(text, language)
    for other in languages:
        if other != language:
            yield "abroad", other, identify(text, other)


def table(found: dict[str, dict[str, Counts]]) -> Iterator[str]:
    """The counts as lines."""
    readers = ("py3langid", "alone", "at home", "abroad", "took the page's")
    yield f"{'':3} {'characters':>10} {'n':>6}" + "".join(f"{reader:>16}" for reader in readers)
    for language, bands in sorted(found.items()):
        for _, band in (*BANDS, (0, "all")):
            counts = bands.get(band)
            if counts:
                shares = (
                    f"{100 * counts[reader][0] / counts[reader][1]:15.1f}%" if counts.get(reader) else f"{'-':>16}"
                    for reader in readers
                )
                yield f"{language:3} {band:>10} {counts['alone'][1]:6}" + "".join(shares)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=TABLE)
    parser.add_argument("--format", choices=("table", "json"), default="table")
    given = parser.parse_args()
    with given.file.open(encoding="utf-8", newline="") as file:
        rows = [(row["text"], row["language"]) for row in csv.DictReader(file)]
    rows = [row for row in rows if any(sign.isalpha() for sign in row[0])]
    found = measure(rows)
    if given.format == "json":
        print(json.dumps(found, indent=2))
    else:
        print("\n".join(table(found)))


if __name__ == "__main__":
    main()
