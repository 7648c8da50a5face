"""How long the commands of a newcomer take, against what they stand on, in the same run.

    python -m benchmarks.startup [--runs 7]

Prints one line per command: the median over the runs, and its ratio to the peer. The order is shuffled between runs, so
that a busy machine hits all of them alike.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PEERS = {
    "help": (["cli.py", "--help"], "typer"),
    "report seeds": (["cli.py", "report", "seeds", "--format", "json"], "pandas + scikit-learn"),
}
BASES = {
    "typer": ["-c", "import typer; app = typer.Typer(); app.command()(lambda: None); app(['--help'])"],
    "pandas + scikit-learn": ["-c", "import pandas, sklearn.linear_model"],
}
LIMITS = {"help": 2.0, "report seeds": 1.6}


def seconds(arguments: list[str]) -> float:
    """Wall-clock seconds of one run of this Python."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    """Time every command and its peer, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    jobs = {name: command for name, (command, _) in PEERS.items()} | BASES
    times: dict[str, list[float]] = {name: [] for name in jobs}
    order = list(jobs)
    for name in order:  # once for the disk cache
        seconds(jobs[name])
    for _ in range(runs):
        random.shuffle(order)
        for name in order:
            times[name].append(seconds(jobs[name]))
    median = {name: statistics.median(found) for name, found in times.items()}
    print(f"{'command':14} {'median s':>9} {'peer':22} {'median s':>9} {'ratio':>6} {'limit':>6}")
    for name, (_, peer) in PEERS.items():
        ratio = median[name] / median[peer]
        print(f"{name:14} {median[name]:9.2f} {peer:22} {median[peer]:9.2f} {ratio:6.2f} {LIMITS[name]:6.1f}")


if __name__ == "__main__":
    main()
