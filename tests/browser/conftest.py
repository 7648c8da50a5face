"""A browser, and the label page served by the real command in a process of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from sentiment.annotate.draws import given
from sentiment.annotate.store import Store
from sentiment.records import Comment, Page

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
EVIL = ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "שלום, איפה אפשר לקנות?")


@dataclass
class Served:
    """A store and the process that serves it; it can be cut and brought back."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the command and wait until it answers."""
        command = [sys.executable, ROOT / "cli.py", "annotate", "web", "--as", "ann", "--port", str(self.port)]
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            [*map(str, command), "--annotations", str(self.folder.parent)], cwd=ROOT, stderr=subprocess.PIPE
        )
        for _ in range(200):
            try:
                with urllib.request.urlopen(f"{self.address}/health", timeout=1):  # noqa: S310 - our own address
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the page does not answer")

    def cut(self) -> None:
        """Kill it without a warning."""
        if self.process is not None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()
            if self.process.stderr:
                self.process.stderr.close()
            self.process = None

    def labels(self) -> dict[str, str]:
        """What the store itself says."""
        store = Store(f"sqlite:///{self.folder / 'annotations.db'}", "xiaomi-us")
        rows = {row["item"]: row["stance"] for row in store.rows("SELECT item, stance FROM label_current")}
        store.close()
        return rows


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """60 comments to be labelled, the first three of them nasty, on a page that runs."""
    folder = tmp_path / "xiaomi-us"
    folder.mkdir()
    shutil.copy(ROOT / "annotations" / "xiaomi-us" / "codebook.md", folder)
    texts = [*EVIL, *(f"Comment number {i}" for i in range(57))]
    comments = tuple(Comment(f"c{i:02}", "p", i + 1, words, language="en") for i, words in enumerate(texts))
    store = Store(f"sqlite:///{folder / 'annotations.db'}", "xiaomi-us")
    store.add_pages([Page("p", "p", "The article.", comments, title="<b>Phones</b> to come", language="en")])
    given(store, ["p"], "1")
    store.close()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    made = Served(folder, port)
    made.start()
    yield made
    made.cut()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium from the system's packages."""
    program = os.environ.get("SENTIMENT_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("CI must install chromium")
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield made
        made.close()
