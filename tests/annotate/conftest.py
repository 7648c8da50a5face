"""Pages, stores on both databases, and a PostgreSQL server where none is running."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from sentiment.annotate.store import Store
from sentiment.records import Comment, Page


def make_page(name: str = "p", texts: tuple[str, ...] = ("Bring them here!", "No way.", "lol"), **more: str) -> Page:
    """A page with these comments, the second an answer to the first that quotes it."""
    comments = tuple(
        Comment(
            f"{name}{i}",
            name,
            i,
            words,
            parent_id=f"{name}1" if i == 2 else None,
            quote="here" if i == 2 else "",
            language=more.get("language", "en"),
        )
        for i, words in enumerate(texts, 1)
    )
    return Page(
        id=name,
        source=name,
        body="The article.\nMore of it.",
        comments=comments,
        title=more.get("title", "Phones to come"),
        outlet=more.get("outlet", "news.example"),
        language=more.get("language", "en"),
    )


def many_pages(pages: int, comments: int = 10) -> Iterator[Page]:
    """Pages of four outlets in two languages."""
    for i in range(pages):
        texts = tuple(f"comment {j} of page {i}" for j in range(comments))
        yield make_page(f"p{i:04}-", texts, outlet=f"o{i % 4}.example", language=("en", "it")[i % 2])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server: the one that the environment names, else one started for these tests."""
    if given := os.environ.get("SENTIMENT_TEST_POSTGRES"):
        yield given
        return
    if os.environ.get("CI"):
        pytest.fail("CI must name a PostgreSQL server in SENTIMENT_TEST_POSTGRES")
    tools = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if not tools or (os.geteuid() == 0 and not shutil.which("runuser")):
        pytest.skip("no PostgreSQL server is installed, and SENTIMENT_TEST_POSTGRES names none")
    place = Path(tempfile.mkdtemp(prefix="sentiment-pg-"))
    try:
        yield from _server(place, tools[0])
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _server(place: Path, initdb: Path) -> Iterator[str]:
    """Start a server in a folder, as somebody without rights; stop it afterwards."""
    as_user: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(place, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    port = _free_port()
    subprocess.run(  # noqa: S603
        [*as_user, initdb, "-D", place / "data", "-A", "trust", "-U", "postgres", "--no-sync"],
        check=True,
        capture_output=True,
        cwd=place,
    )
    options = ["-c", "listen_addresses=127.0.0.1", "-c", f"port={port}", "-c", f"unix_socket_directories={place}"]
    server = subprocess.Popen(  # noqa: S603
        [*as_user, initdb.with_name("postgres"), "-D", place / "data", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=place,
    )
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    time.sleep(0.3)
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A place of its own on the server."""
    name = f"t{secrets.token_hex(6)}"
    engine = create_engine(postgres_server.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    yield f"{postgres_server}?options=-csearch_path%3D{name}"
    with engine.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store, on either database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'annotations.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store, on either database."""
    made = Store(url, "xiaomi-us")
    yield made
    made.close()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    """An empty store in a file."""
    made = Store(f"sqlite:///{tmp_path / 'annotations.db'}", "xiaomi-us")
    yield made
    made.close()


@pytest.fixture
def page() -> Callable[..., Page]:
    """Makes pages."""
    return make_page


@pytest.fixture
def pages() -> Callable[..., Iterator[Page]]:
    """Makes many pages."""
    return many_pages
