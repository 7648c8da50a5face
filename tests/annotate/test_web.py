"""The pages over HTTP: the same queue and store, and nobody else gets in."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy.event import listens_for
from starlette.testclient import TestClient

from sentiment.annotate import ulid
from sentiment.annotate.codebook import adopt, publish
from sentiment.annotate.draws import DrawOptions, given, make
from sentiment.annotate.progress import overview, shares
from sentiment.annotate.session import Session
from sentiment.annotate.store import Store
from sentiment.annotate.web.accounts import add_account, log_in, who
from sentiment.annotate.web.serve import WebOptions, make_app
from sentiment.errors import AnnotationError
from sentiment.records import Page, Stance, Why

Pages = Callable[..., Iterator[Page]]
OPTIONS = WebOptions(
    user="ann",
    question=lambda language: f"Do they want it, in {language}?",
    codebook="1",
    codebook_text="# Rules\n\n| a | b |\n|---|---|\n| <b>x</b> | y |\n",
)


def client(store: Store) -> TestClient:
    """A browser without a script."""
    return TestClient(make_app(store, OPTIONS), base_url="http://localhost")


def csrf(page: str) -> str:
    """The token in a page."""
    found = re.search(r'name="csrf" (?:value|content)="([^"]+)"', page)
    assert found
    return found[1]


def send(browser: TestClient, **decision: object) -> dict[str, object]:
    """Post a decision as the script does."""
    token = csrf(browser.get("/").text)
    body = {"client": ulid.new(), **decision}
    answer = browser.post("/api/decide", json=body, headers={"x-csrf-token": token})
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_label_by_form_and_by_script(store: Store, page: Callable[..., Page]) -> None:
    """One decision by a plain form, one by the script, one taken back: all in the same store, with what was on screen."""
    store.add_pages([page()])
    given(store, ["p"], "1")
    browser = client(store)
    first = browser.get("/")
    assert "Bring them here!" in first.text
    assert "Do they want it, in en?" in first.text
    token = csrf(first.text)
    fields = {"csrf": token, "item": "p1", "stance": "favor", "flag-irony": "1", "note": "why", "draw": ""}
    fields["draw"] = store.rows("SELECT id FROM draw")[0]["id"]
    assert browser.post("/", data=fields).status_code == 200
    tasks = browser.get("/api/next").json()["tasks"]
    assert [task["item"] for task in tasks] == ["p2", "p3"]
    mark = ulid.new()
    task = tasks[0]
    for fresh in (True, False):
        said = send(
            browser,
            client=mark,
            kind="label",
            item="p2",
            draw=task["draw"],
            stance="against",
            context=["title", "article", "evil"],
            ms=1200,
        )
        assert said["fresh"] is fresh
    assert said["suggestion"] is None
    undone = send(browser, kind="undo", of=mark)
    assert undone["task"]["item"] == "p2"  # type: ignore[index]
    events = list(store.events())
    assert [(event.kind, event.item, event.origin) for event in events] == [
        ("label", "p1", "web"),
        ("label", "p2", "web"),
        ("undo", "p2", "web"),
    ]
    assert (events[0].flags, events[0].note) == ("irony", "why")
    assert (events[1].context, events[1].ms) == ("title article", 1200)


def test_suggestions_come_after_the_answer_and_only_where_they_train(
    sqlite_store: Store, page: Callable[..., Page]
) -> None:
    """The next comments carry no prediction; the answer to a decision does, on training comments alone."""
    sqlite_store.add_pages([page("p"), page("q")])
    sqlite_store.add_predictions(
        (f"{name}{i}", Stance("against", (0.1, 0.8, 0.1, 0.0), model="m1")) for name in "pq" for i in (1, 2, 3)
    )
    make(sqlite_store, DrawOptions(purpose="train", n=3, by=(), seed=1))
    browser = client(sqlite_store)
    first = browser.get("/")
    assert "0.8" not in first.text
    tasks = browser.get("/api/next").json()["tasks"]
    assert "0.8" not in str(tasks)
    said = send(browser, kind="label", item=tasks[0]["item"], draw=tasks[0]["draw"], stance="favor")
    assert said["suggestion"] == {"stance": "against", "probability": 0.8}
    change = {"kind": "relabel", "item": tasks[0]["item"], "draw": tasks[0]["draw"], "stance": "against"}
    send(browser, **change, reason="the model saw what I missed")
    assert [event.suggestion_timing for event in sqlite_store.events()] == ["after", "before"]
    same = send(browser, kind="label", item=tasks[1]["item"], draw=tasks[1]["draw"], stance="against")
    assert same["suggestion"] == {"stance": "against", "probability": 0.8}
    form = {"csrf": csrf(first.text), "item": tasks[2]["item"], "draw": tasks[2]["draw"], "stance": "favor"}
    browser.post("/", data=form)  # without the script nothing is shown
    assert [event.suggestion_timing for event in sqlite_store.events()][2:] == ["after", "none"]
    make(sqlite_store, DrawOptions(purpose="audit", n=3, by=(), seed=1))
    audit = sqlite_store.rows(
        "SELECT d.item_id, d.draw_id FROM draw_item d JOIN draw w ON w.id = d.draw_id WHERE w.purpose = 'audit'"
    )[0]
    assert (
        send(browser, kind="label", item=audit["item_id"], draw=audit["draw_id"], stance="favor")["suggestion"] is None
    )


def test_the_words_that_carried_a_suggestion(sqlite_store: Store, page: Callable[..., Page]) -> None:
    """A suggestion brings the comment in pieces with their weights, where its model is at hand."""
    sqlite_store.add_pages([page("p")])
    sqlite_store.add_predictions((f"p{i}", Stance("against", (0.1, 0.8, 0.1, 0.0), model="m1")) for i in (1, 2, 3))
    make(sqlite_store, DrawOptions(purpose="train", n=3, by=(), seed=1))
    options = replace(OPTIONS, explain=lambda task, shown: Why(((task.text, 1.0),), (shown.model,)))
    browser = TestClient(make_app(sqlite_store, options), base_url="http://localhost")
    task = browser.get("/api/next").json()["tasks"][0]
    assert "why" not in str(task)
    said = send(browser, kind="label", item=task["item"], draw=task["draw"], stance="favor")
    assert said["suggestion"] == {
        "stance": "against",
        "probability": 0.8,
        "why": {"parts": [[task["text"], 1.0]], "concepts": ["m1"]},
    }


def test_every_page_shows_comments_as_text(sqlite_store: Store, page: Callable[..., Page]) -> None:
    """Markup in a comment, a title, a note or the codebook stays text on every page, with a policy that runs no stranger."""
    evil = ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>')
    sqlite_store.add_pages([page("p", evil, title="<script>alert(2)</script>")])
    make(sqlite_store, DrawOptions(purpose="estimate", n=3, overlap=1.0, seed=1))
    for name, stance in (("ann", "favor"), ("bob", "against")):
        session = Session(sqlite_store, name, codebook="1", origin="x")
        for _ in range(2):
            (task,) = session.next()
            session.decide(task, stance, note=evil[0])
        session.queue.release()
    browser = client(sqlite_store)
    for address in ("/", "/history", "/codebook", "/adjudicate", "/dashboard"):
        answer = browser.get(address)
        assert answer.status_code == 200, answer.text
        assert not re.search(r"<script>|<img|<svg|<b>x", answer.text), address
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "http://" not in answer.text.replace("http://localhost", "").replace("http://www.w3.org", "")


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"origin": "http://evil.example"}, "another site"),
        ({"origin": "null"}, "another site"),
        ({"origin": "http://localhost:99"}, "another site"),
        ({"sec-fetch-site": "cross-site"}, "another site"),
        ({"host": "evil.example"}, "not served under that host"),
        ({"x-csrf-token": "wrong"}, "out of date"),
    ],
)
def test_what_comes_from_elsewhere_is_refused(
    sqlite_store: Store, page: Callable[..., Page], headers: dict[str, str], message: str
) -> None:
    """Another site's form, a foreign host name and a wrong token change nothing."""
    sqlite_store.add_pages([page()])
    given(sqlite_store, ["p"], "1")
    browser = client(sqlite_store)
    token = csrf(browser.get("/").text)
    body = {"client": ulid.new(), "kind": "label", "item": "p1", "stance": "favor"}
    answer = browser.post("/api/decide", json=body, headers={"x-csrf-token": token, **headers})
    assert answer.status_code == 403
    assert message in answer.text
    assert not list(sqlite_store.events())


@pytest.mark.parametrize(
    ("decision", "status"),
    [
        ({"kind": "label", "item": "p1", "stance": "favour"}, 422),
        ({"kind": "label", "item": "nowhere", "stance": "favor"}, 422),
        ({"kind": "skip", "item": "p1", "client": "short"}, 400),
        ({"kind": "undo", "of": "nothing"}, 422),
        ({"kind": "label", "item": "p1", "stance": "favor", "note": "x" * 70_000}, 403),
    ],
)
def test_a_decision_that_means_nothing_is_refused_in_words(
    sqlite_store: Store, page: Callable[..., Page], decision: dict[str, str], status: int
) -> None:
    """The script gets a status that tells it not to try again, and a sentence to show."""
    sqlite_store.add_pages([page()])
    browser = client(sqlite_store)
    token = csrf(browser.get("/").text)
    answer = browser.post("/api/decide", json={"client": ulid.new(), **decision}, headers={"x-csrf-token": token})
    assert answer.status_code == status
    assert not list(sqlite_store.events())


def test_a_codebook_published_meanwhile_holds_at_once(sqlite_store: Store, page: Callable[..., Page]) -> None:
    """The pages show and record what was published last; a decision that waited in the browser keeps its own version."""
    adopt(sqlite_store, "---\nversion: 1\n---\n# Rules\n\nfavor: a wish.\n", "1")
    sqlite_store.add_pages([page()])
    given(sqlite_store, ["p"], "1")
    browser = client(sqlite_store)
    tasks = browser.get("/api/next").json()["tasks"]
    assert [task["codebook"] for task in tasks] == ["1", "1", "1"]
    publish(sqlite_store, "---\nversion: 2\n---\n# Rules\n\nfavor: praise.\n", version="2", kind="minor")
    shown = browser.get("/codebook").text
    assert "favor: praise." in shown
    assert "version 2" in shown
    for task, version in zip(tasks, ("1", "", "never published"), strict=True):
        send(browser, kind="label", item=task["item"], draw=task["draw"], stance="favor", codebook=version)
    assert [event.codebook for event in sqlite_store.events()] == ["1", "2", "2"]


def test_the_dashboard_says_how_far_each_part_is(sqlite_store: Store, pages: Pages) -> None:
    """Answers per language, outlet and annotator, intervals, labels still needed, and how often the model was followed."""
    sqlite_store.add_pages(pages(48))
    sqlite_store.add_predictions(
        (row["id"], Stance("against", (0.1, 0.8, 0.1, 0.0), model="m1"))
        for row in sqlite_store.rows("SELECT id FROM item")
    )
    make(sqlite_store, DrawOptions(purpose="estimate", n=100, by=("language",), floor=50, seed=5))
    make(sqlite_store, DrawOptions(purpose="train", n=10, seed=6))
    session = Session(sqlite_store, "ann", codebook="1", origin="test")
    for at in range(106):
        (task,) = session.next()
        session.decide(task, "favor" if at % 3 else "against")
    changed = sqlite_store.rows("SELECT item FROM event WHERE suggestion_timing = 'after' AND stance = 'favor' LIMIT 1")
    session.relabel(session.task(changed[0]["item"]), "against", reason="the model saw what I missed")
    found = overview(sqlite_store)
    assert sum(one["places"] for one in found["places"]["outlet"].values()) == 110
    assert sum(one["done"] for one in found["places"]["language"].values()) == 106
    (ann,) = found["annotators"]
    assert (ann["labels"], ann["shown"], ann["differed"], ann["toward"]) == (106, 6, 4, 1)
    assert found["anchoring"] == {"shown": 6, "differed": 4, "changed": 1, "toward": 1}
    by = shares(sqlite_store)
    assert {name: part["comments"] for name, part in by["language"].items()} == {"en": 50, "it": 50}
    assert sum(part["comments"] for part in by["outlet"].values()) == by["comments"] == 100
    assert by["needed"] == max(part["needed"] for part in by["stances"] if part["needed"] is not None)
    text = " ".join(re.sub(r"<[^>]+>", " ", client(sqlite_store).get("/dashboard").text).split())
    for words in (
        f"{by['needed']} more would bring every share to ± 5 points",
        "By language Language Answers",
        "o0.example",
        "The model was shown after 6 answers and differed from 4; 1 answers were changed, 1 of them",
    ):
        assert words in text


def test_accounts(store: Store, page: Callable[..., Page]) -> None:
    """With accounts nobody sees anything without a login; roles open pages; a wrong password waits after five tries."""
    store.add_pages([page()])
    add_account(store, "lea", "correct horse", "lead")
    add_account(store, "ann", "battery staple")
    browser = client(store)
    for address in ("/", "/history", "/dashboard", "/adjudicate"):
        assert str(browser.get(address).url).endswith("/login")
    assert browser.get("/api/next").status_code == 401
    assert browser.post("/login", data={"handle": "ann", "password": "wrong"}).status_code == 401
    assert "ann" in browser.post("/login", data={"handle": "ann", "password": "battery staple"}).text
    assert browser.get("/dashboard").status_code == 403
    assert browser.get("/adjudicate").status_code == 403
    token = csrf(browser.get("/history").text)
    browser.post("/logout", data={"csrf": token})
    assert browser.get("/api/next").status_code == 401
    browser.post("/login", data={"handle": "lea", "password": "correct horse"})
    assert browser.get("/dashboard").status_code == 200
    for _ in range(5):
        browser.post("/login", data={"handle": "lea", "password": "wrong"})
    assert browser.post("/login", data={"handle": "lea", "password": "correct horse"}).status_code == 429


def test_an_account_gets_the_languages_it_reads(sqlite_store: Store, pages: Pages) -> None:
    """Who reads Italian is given Italian."""
    sqlite_store.add_pages(pages(4))
    make(sqlite_store, DrawOptions(purpose="estimate", n=40, seed=1))
    add_account(sqlite_store, "ivo", "correct horse", languages="it")
    browser = client(sqlite_store)
    browser.post("/login", data={"handle": "ivo", "password": "correct horse"})
    assert {task["language"] for task in browser.get("/api/next").json()["tasks"]} == {"it"}


def test_a_store_that_is_busy_asks_for_another_try(sqlite_store: Store, page: Callable[..., Page]) -> None:
    """When the database cannot be written the script is told to keep the decision, not that it was wrong."""
    sqlite_store.add_pages([page()])
    browser = client(sqlite_store)
    token = csrf(browser.get("/").text)
    sqlite_store.engine.dispose()
    listens_for(sqlite_store.engine, "connect")(lambda connection, _: connection.execute("PRAGMA query_only = 1"))
    body = {"client": ulid.new(), "kind": "label", "item": "p1", "stance": "favor"}
    answer = browser.post("/api/decide", json=body, headers={"x-csrf-token": token})
    assert answer.status_code == 503
    assert "read-only" in answer.json()["error"]


def test_passwords_are_kept_as_scrypt(sqlite_store: Store) -> None:
    """Neither the password nor the token of a login is in the database; a new password ends old logins."""
    add_account(sqlite_store, "ann", "battery staple")
    (row,) = sqlite_store.rows("SELECT secret FROM annotator")
    assert row["secret"].startswith("scrypt$")
    assert "battery" not in row["secret"]
    token = log_in(sqlite_store, "ann", "battery staple")
    assert token
    assert who(sqlite_store, token) == "ann"
    assert log_in(sqlite_store, "nobody", "battery staple") is None
    add_account(sqlite_store, "ann", "another one")
    assert who(sqlite_store, token) is None
    for handle, password, role in (("", "long enough", "lead"), ("x", "short", "lead"), ("x", "long enough", "boss")):
        with pytest.raises(AnnotationError):
            add_account(sqlite_store, handle, password, role)


def test_others_need_accounts(sqlite_store: Store) -> None:
    """On an address that others can reach, nothing is served until there is an account."""
    options = WebOptions(host="0.0.0.0", question=str)  # noqa: S104 - that is the case
    with pytest.raises(AnnotationError, match="--add-user"):
        make_app(sqlite_store, options)
    add_account(sqlite_store, "lea", "correct horse", "lead")
    assert make_app(sqlite_store, options)


def test_one_click_relabel_and_adjudication_by_form(sqlite_store: Store, page: Callable[..., Page]) -> None:
    """A click in the history changes a decision; the adjudication page hides names and keeps its own."""
    sqlite_store.add_pages([page()])
    make(sqlite_store, DrawOptions(purpose="estimate", n=1, overlap=1.0, seed=1))
    for name in ("ann", "bob"):
        session = Session(sqlite_store, name, codebook="1", origin="x")
        (task,) = session.next()
        session.decide(task, "favor", flags=["irony"])
    browser = client(sqlite_store)
    token = csrf(browser.get("/history").text)
    browser.post("/history", data={"csrf": token, "item": task.item, "draw": task.draw or "", "stance": "against"})
    (changed,) = sqlite_store.rows("SELECT * FROM label_current WHERE annotator = 'ann'")
    assert (changed["stance"], changed["flags"], changed["kind"]) == ("against", "irony", "relabel")
    shown = browser.get("/adjudicate").text
    assert "bob" not in shown
    decision = {"csrf": token, "item": task.item, "stance": "favor", "reason": "slip"}
    assert "Nothing awaits" in browser.post("/adjudicate", data=decision).text
    assert sqlite_store.rows("SELECT source, stance FROM gold")[0]["source"] == "adjudicated"


def test_twenty_annotators_at_once(store: Store, pages: Pages) -> None:
    """Twenty people over HTTP with every comment doubled: each is taken by exactly two, no answer is lost."""
    store.add_pages(pages(6, 10))
    make(store, DrawOptions(purpose="estimate", n=60, overlap=1.0, seed=1))
    names = [f"a{i:02}" for i in range(20)]
    app = None
    for name in names:
        add_account(store, name, f"password of {name}")
    app = make_app(store, OPTIONS)
    sent: list[tuple[str, str]] = []
    failures: list[str] = []

    def work(name: str) -> None:
        with TestClient(app, base_url="http://localhost") as browser:
            page = browser.post("/login", data={"handle": name, "password": f"password of {name}"}).text
            token = csrf(page)
            while tasks := browser.get("/api/next").json()["tasks"]:
                for task in tasks[:2]:
                    body = {
                        "client": ulid.new(),
                        "kind": "label",
                        "item": task["item"],
                        "draw": task["draw"],
                        "stance": "favor",
                    }
                    answer = browser.post("/api/decide", json=body, headers={"x-csrf-token": token})
                    if answer.status_code != 200 or answer.json()["late"]:
                        failures.append(answer.text)
                    sent.append((task["item"], name))

    threads = [threading.Thread(target=work, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert Counter(Counter(item for item, _ in sent).values()) == {2: 60}
    saved = {(row["item"], row["annotator"]) for row in store.rows("SELECT item, annotator FROM label_current")}
    assert saved == set(sent)
    assert len(saved) == 120
