"""Builds the wheel, installs it alone into a fresh environment, and runs the main commands there.

    python tests/wheel.py

Run by ``make test``. Nothing of the checkout and none of the development tools are in that environment, so a file that is
missing from the wheel, or a library that is missing from its requirements, shows.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
ALLOWED = {"sentiment", "reader_sentiment"}


def run(*command: str | Path, cwd: Path) -> str:
    """Standard output of a command that must succeed."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"failed: {' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def main() -> None:
    """Build, install, run, compare."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        run(sys.executable, "-m", "build", "--wheel", "--installer", "pip", "--outdir", place, ROOT, cwd=place)
        (wheel,) = place.glob("*.whl")
        tops = {name.split("/")[0].split("-")[0] for name in zipfile.ZipFile(wheel).namelist()}
        if tops != ALLOWED:
            raise SystemExit(f"the wheel holds {sorted(tops)}, expected {sorted(ALLOWED)}")
        venv.create(place / "env", with_pip=True)
        python = place / "env" / "bin" / "python"
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run(python, *install, "--constraint", ROOT / "constraints.txt", wheel, cwd=place)
        sentiment = place / "env" / "bin" / "sentiment"
        said = json.loads(run(sentiment, "report", ROOT / "seeds", "--format", "json", cwd=place))
        if said["total"]["comments"] != 22 or not said["model"]:
            raise SystemExit(f"the installed report says {said['total']}, model {said['model']}")
        run(sentiment, "export", ROOT / "seeds", "--output", place / "x.csv", cwd=place)
        run(sentiment, "--help", cwd=place)
    print("the wheel works on its own: 1 passed, 0 failed")


if __name__ == "__main__":
    main()
