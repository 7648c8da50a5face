"""Do the intervals hold? Coverage by simulation, beside what counting a classifier's answers gives.

    python -m benchmarks.shares [--runs 1000] [--seed 1]

Each run draws threads whose comments resemble each other (within-thread correlation 0.05, the threads' moods from a
Dirichlet distribution), tags every comment with a classifier that leans toward *favor* and away from *against*, labels some
comments drawn by the classifier's uncertainty mixed with 30 % uniform, and asks both questions: the share among these
comments, and the share of such comments. Printed per stance and for net: how often the 95 % interval holds the truth, its mean
width, and the ratio of the width to that of the weighted labels alone. 1,000 runs have a standard error of 0.7 points.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentiment.records import STANCES, Comment, Page, Stance
from sentiment.report.compare import compare_all
from sentiment.report.estimate import intervals
from sentiment.report.groups import ReportOptions, Tally
from sentiment.report.ppi import Fit, Population, Sample, fit
from sentiment.report.result import PopulationName
from sentiment.report.shares import Cluster, share

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

CORRELATION = 0.05
LEAN = np.array([0.5, -0.4, 0.1, 0.0])
UNIFORM = 0.3
COLUMNS = (*STANCES, "net")


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the benchmark."""

    name: str
    threads: int
    per_thread: int
    labels: int
    skill: float
    """How far the classifier's score of the true stance stands out; 0 knows nothing."""
    truth: tuple[float, float, float, float] = (0.25, 0.35, 0.15, 0.25)


SETTINGS = (
    Setting("300 labels of 20,000, useful model", 333, 60, 300, 1.6),
    Setting("300 labels of 20,000, model knows nothing", 333, 60, 300, 0.0),
    Setting("300 labels of 20,000, model knows little", 333, 60, 300, 0.4),
    Setting("300 labels of 20,000, favor 3 %", 333, 60, 300, 1.6, (0.03, 0.5, 0.22, 0.25)),
    Setting("300 labels of 20,000, five threads", 5, 4000, 300, 1.6),
    Setting("60 labels of 600, twelve threads", 12, 50, 60, 1.6),
    Setting("20 labels of 20,000", 333, 60, 20, 1.6),
)


def world(setting: Setting, random: np.random.Generator) -> tuple[Integers, Floats, Integers]:
    """True stances, the classifier's probabilities, and the thread of each comment."""
    moods = random.dirichlet(np.array(setting.truth) * (1 / CORRELATION - 1), setting.threads)
    stances = np.concatenate([random.choice(4, size=setting.per_thread, p=mood) for mood in moods])
    scores = random.normal(size=(len(stances), 4)) + LEAN
    scores[np.arange(len(stances)), stances] += setting.skill
    probabilities = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return stances, probabilities, np.repeat(np.arange(setting.threads), setting.per_thread)


def draw(probabilities: Floats, labels: int, random: np.random.Generator) -> tuple[Integers, Floats]:
    """Comments drawn by uncertainty mixed with uniform (systematic, in random order), and all drawing probabilities."""
    doubt = 1 - probabilities.max(axis=1)
    weight = (1 - UNIFORM) * doubt / doubt.sum() + UNIFORM / len(doubt)
    inclusion = np.minimum(1.0, labels * weight)
    for _ in range(5):
        sure = inclusion >= 1
        inclusion = np.where(sure, 1.0, np.minimum(1.0, (labels - sure.sum()) * weight / weight[~sure].sum()))
    order = random.permutation(len(weight))
    marks = np.cumsum(inclusion[order])
    start = random.random()
    picked = np.searchsorted(marks, start + np.arange(int(marks[-1] - start) + 1))
    return np.unique(order[picked[picked < len(order)]]), inclusion


def coverage(setting: Setting, runs: int, seed: int) -> None:
    """Simulate one setting and print its block."""
    random = np.random.default_rng(seed)
    held: dict[str, Floats] = {name: np.zeros(5) for name in ("these", "such")}
    width = {name: np.zeros(5) for name in ("these", "such", "these, labels", "such, labels")}
    counted = np.zeros(4)
    truth = np.append(setting.truth, setting.truth[0] - setting.truth[1])
    for _ in range(runs):
        stances, probabilities, threads = world(setting, random)
        shares = np.bincount(stances, minlength=4) / len(stances)
        finite = np.append(shares, shares[0] - shares[1])
        picked, inclusion = draw(probabilities, setting.labels, random)
        naive = np.bincount(probabilities.argmax(axis=1), minlength=4) / len(stances)
        counted += np.abs(naive - finite[:4]) <= 1.96 * np.sqrt(naive * (1 - naive) / len(stances))
        sums = np.zeros((setting.threads, 4))
        np.add.at(sums, threads, probabilities)
        sizes = np.bincount(threads, minlength=setting.threads).astype(float)
        population = Population(sizes, np.zeros((setting.threads, 4)), sums)
        sample = Sample(np.eye(4)[stances[picked]], probabilities[picked], inclusion[picked], threads[picked])
        for question, true in (("these", finite), ("such", truth)):
            for power, suffix in ((None, ""), (0.0, ", labels")):
                low, high = _intervals(fit(population, sample, power=power), question, setting)
                width[question + suffix] += high - low
                if not suffix:
                    held[question] += (low <= true) & (true <= high)
    print(f"\n{setting.name} ({runs} runs)")
    print(f"{'':34}" + "".join(f"{name:>11}" for name in COLUMNS))
    print(f"{'counted predictions: coverage %':34}" + "".join(f"{100 * x / runs:11.1f}" for x in counted))
    for question in ("these", "such"):
        print(f"{question + ': coverage %':34}" + "".join(f"{100 * x / runs:11.1f}" for x in held[question]))
        print(f"{question + ': width, points':34}" + "".join(f"{100 * x / runs:11.1f}" for x in width[question]))
        ratio = width[question] / width[f"{question}, labels"]
        print(f"{question + ': width / labels alone':34}" + "".join(f"{x:11.2f}" for x in ratio))


def _intervals(fitted: Fit, question: str, setting: Setting) -> tuple[Floats, Floats]:
    size, threads = setting.threads * setting.per_thread, setting.threads
    found = intervals(fitted, these=question == "these", size=size, threads=threads).bounds
    return np.array([low for low, _ in found]), np.array([high for _, high in found])


def pages(
    half: NDArray[np.bool_], stances: Integers, probabilities: Floats, threads: Integers
) -> Iterator[tuple[Page, list[Stance]]]:
    """The comments of one half as pages of two outlets that are the same in all but name."""
    for thread in np.unique(threads):
        for outlet, part in (("a.example", half), ("b.example", ~half)):
            places = np.flatnonzero((threads == thread) & part)
            comments = tuple(Comment(f"c{i}", f"p{thread}", n + 1, "", language="en") for n, i in enumerate(places))
            tagged = [Stance(STANCES[stances[i]], tuple(probabilities[i]), "human", inclusion=1.0) for i in places]
            if comments:
                yield Page(f"{outlet} {thread}", "", "", comments, outlet=outlet, language="en"), tagged


def same(runs: int, seed: int, population: PopulationName, *, by_thread: bool) -> None:
    """Two random halves of the same comments compared: how often they are called different, in net or in any share."""
    random = np.random.default_rng(seed)
    setting = Setting("", 40, 20, 0, 1.0)
    called, net = 0, 0
    for _ in range(runs):
        stances, probabilities, threads = world(setting, random)
        half = random.random(setting.threads)[threads] < 0.5 if by_thread else random.random(len(stances)) < 0.5
        tally = Tally(options=ReportOptions(population=population))
        for page, tagged in pages(half, stances, probabilities, threads):
            tally.add(page, tagged)
        made, _ = compare_all(tally.along(1, 0), {}, {})
        called += any(one.different for one in made)
        net += any(one.different for one in made if one.measure == "net")
    what = "threads" if by_thread else "comments"
    print(
        f"A/A, random halves of {what}: {100 * called / runs:.1f} % called different in net or a share, "
        f"{100 * net / runs:.1f} % in net ({runs} runs)"
    )


def resampled(sizes: Floats, hits: Floats, random: np.random.Generator, times: int = 400) -> tuple[float, float]:
    """The percentile interval of resampled threads, to compare with."""
    picked = random.integers(0, len(sizes), (times, len(sizes)))
    shares = hits[picked].sum(axis=1) / sizes[picked].sum(axis=1)
    return float(np.quantile(shares, 0.025)), float(np.quantile(shares, 0.975))


def threads_alone(runs: int, seed: int) -> None:
    """Every comment labelled, threads taken as a sample: the effective size that is used, and threads resampled."""
    random = np.random.default_rng(seed)
    print("\nevery comment labelled, 5-59 comments a thread, share 30 %: coverage % and width")
    for count in (3, 5, 8, 15, 30, 100):
        held, width = np.zeros(2), np.zeros(2)
        for _ in range(runs):
            sizes = random.integers(5, 60, count).astype(float)
            moods = random.beta(0.3 * (1 / CORRELATION - 1), 0.7 * (1 / CORRELATION - 1), count)
            hits = random.binomial(sizes.astype(int), moods).astype(float)
            found = share([Cluster(size, hit) for size, hit in zip(sizes, hits, strict=True)])
            bounds = [(found.low or 0.0, found.high or 0.0), resampled(sizes, hits, random)]
            held += [low <= 0.3 <= high for low, high in bounds]
            width += [high - low for low, high in bounds]
        used, other = (f"{100 * h / runs:5.1f} {100 * w / runs:5.1f}" for h, w in zip(held, width, strict=True))
        print(f"{count:4} threads: effective size {used}   threads resampled {other}")


def main() -> None:
    """Print every setting."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    begin = time.perf_counter()
    for setting in SETTINGS:
        coverage(setting, arguments.runs, arguments.seed)
    threads_alone(arguments.runs, arguments.seed)
    print()
    same(arguments.runs, arguments.seed, "such", by_thread=True)
    same(arguments.runs, arguments.seed, "such", by_thread=False)
    print(f"\n{time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
