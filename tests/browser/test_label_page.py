"""The label page in a real browser: keyboards, a server that dies, hostile comments, hostile sites."""

import http.server
import threading
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from sentiment.annotate.draws import DrawOptions, make
from sentiment.annotate.events import Event
from sentiment.annotate.session import Session
from sentiment.annotate.store import Store
from sentiment.records import Comment
from sentiment.records import Page as Saved
from sentiment.stance.tag import Item, load_backend
from sentiment.stance.target import load_target

STANCES = ("favor", "against", "neutral", "unrelated")
LAYOUTS = {
    "en": {"Digit1": "1", "Digit2": "2", "Digit3": "3", "Digit4": "4", "KeyU": "u", "KeyS": "s", "KeyF": "f"},
    "ru": {"Digit1": "1", "Digit2": "2", "Digit3": "3", "Digit4": "4", "KeyU": "г", "KeyS": "ы", "KeyF": "а"},
    "fr": {"Digit1": "&", "Digit2": "é", "Digit3": '"', "Digit4": "'", "KeyU": "u", "KeyS": "s", "KeyF": "f"},
}


def opened(browser: Browser, address: str, **options: object) -> tuple[Page, list[str]]:
    """A page in a fresh profile, and everything it asks for or complains about."""
    page = browser.new_context(**options).new_page()  # type: ignore[arg-type]
    seen: list[str] = []
    page.on("pageerror", lambda error: seen.append(f"error {error}"))
    page.on("dialog", lambda dialog: (seen.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: None if request.url.startswith((address, "data:")) else seen.append(request.url))
    page.goto(address)
    return page, seen


def pressing(page: Page, layout: dict[str, str]) -> Callable[[str], None]:
    """A function that presses the key at a place of the keyboard, as that layout reports it."""
    session = page.context.new_cdp_session(page)

    def press(code: str) -> None:
        sign = layout[code]
        session.send("Input.dispatchKeyEvent", {"type": "keyDown", "code": code, "key": sign, "text": sign})
        session.send("Input.dispatchKeyEvent", {"type": "keyUp", "code": code, "key": sign})

    return press


def label(page: Page, press: Callable[[str], None], count: int, start: int = 0) -> dict[str, str]:
    """Label so many comments by keyboard, one stance after the other; gives comment -> stance."""
    done: dict[str, str] = {}
    for i in range(start, start + count):
        item = page.locator("[name=item]").input_value()
        page.wait_for_timeout(160)  # a key that comes sooner is taken for a held one
        press(f"Digit{i % 4 + 1}")
        done[item] = STANCES[i % 4]
        deadline = time.monotonic() + 10
        while (
            page.locator("[name=item]").input_value() == item
        ):  # closer than the tenth of a second that expect() waits
            assert time.monotonic() < deadline, f"after {i} comments the next one does not come"
    return done


def saved(page: Page) -> None:
    """Wait until the page says that everything is."""
    expect(page.locator("#saved")).to_have_text("everything saved", timeout=30_000)


def test_the_words_that_carried_the_models_view(browser: Browser, served) -> None:  # type: ignore[no-untyped-def]
    """After an answer that differs, the comment stands there with the words marked, as text; before it nothing does."""
    text = "This is a welcome phone 😀 <b>finally</b>, I will buy one"
    tagged = load_backend(load_target("xiaomi-us")).classify([Item(text, "en")])
    store = Store(f"sqlite:///{served.folder / 'annotations.db'}", "xiaomi-us")
    comment = Comment("w1", "w", 1, text, language="en")
    store.add_pages([Saved("w", "w", "Body.", (comment,), title="T", language="en")])
    store.add_predictions([("w1", tagged[0])])
    others = Session(store, "bob", codebook="1", origin="x")
    while tasks := others.next():
        others.decide(tasks[0], "neutral")
    make(store, DrawOptions(purpose="train", n=1, by=(), only=frozenset({"w1"})))
    store.close()
    page, seen = opened(browser, served.address)
    expect(page.locator("#text")).to_have_text(text)
    assert page.locator("mark").count() == 0
    page.wait_for_timeout(200)
    page.keyboard.press("Digit4")
    expect(page.locator(".why")).to_have_text(text)
    expect(page.locator(".why mark.for").first).to_be_visible()
    expect(page.locator("#told")).to_contain_text(f"the model says {tagged[0].name}")
    assert page.locator(".why b").count() == 0
    assert seen == []
    page.context.close()


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_fifty_comments_by_keyboard(browser: Browser, served, layout: str) -> None:  # type: ignore[no-untyped-def]
    """On every layout fifty comments are labelled by the place of the keys, with undo, skip and flag; all stand in the store."""
    page, seen = opened(browser, served.address)
    press = pressing(page, LAYOUTS[layout])
    done = label(page, press, 50)
    last = next(reversed(done))
    press("KeyU")
    expect(page.locator("[name=item]")).to_have_value(last)
    page.wait_for_timeout(200)
    press("KeyF")
    press("Digit3")
    expect(page.locator("[name=flag-irony]")).to_be_checked()
    press("Digit4")
    done[last] = "unrelated"
    expect(page.locator("[name=item]")).not_to_have_value(last)
    press("KeyS")
    press("Digit2")
    saved(page)
    assert served.labels() == done
    assert seen == []
    page.context.close()
    fresh, _ = opened(browser, f"{served.address}/history")
    expect(fresh.locator(".row")).to_have_count(51)
    for item, stance in list(done.items())[:5]:
        expect(fresh.locator(f"[id='{item}'] [aria-pressed=true]")).to_have_text(stance)
    fresh.context.close()


def test_the_server_dies_and_comes_back(browser: Browser, served) -> None:  # type: ignore[no-untyped-def]
    """Killed in the middle and started again, with the page open all the while: every decision stands, none twice."""
    page, _ = opened(browser, served.address)
    press = pressing(page, LAYOUTS["en"])
    done = label(page, press, 48)
    saved(page)
    page.wait_for_load_state("networkidle")
    served.cut()
    item = page.locator("[name=item]").input_value()
    ahead = label(page, press, 2, 48)  # what was preloaded goes on without a server
    assert item in ahead
    expect(page.locator("#saved")).to_contain_text("unsaved")
    served.start()
    saved(page)
    assert served.labels() == done | ahead
    assert len(done | ahead) == 50
    store = Store(f"sqlite:///{served.folder / 'annotations.db'}", "xiaomi-us")
    assert len(list(store.events())) == 50
    store.close()
    page.context.close()


def test_a_window_that_was_closed_with_unsaved_decisions(browser: Browser, served) -> None:  # type: ignore[no-untyped-def]
    """What could not be sent waits in the browser and goes out when the page is opened again."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(served.address)
    press = pressing(page, LAYOUTS["en"])
    served.cut()
    done = label(page, press, 2)
    expect(page.locator("#saved")).to_contain_text("unsaved")
    page.close()
    served.start()
    again = context.new_page()
    again.goto(served.address)
    saved(again)
    assert served.labels() == done
    assert again.locator("[name=item]").input_value() not in done
    context.close()


def test_a_decision_that_is_refused_is_shown_with_its_reason(browser: Browser, served) -> None:  # type: ignore[no-untyped-def]
    """What the store cannot accept is not sent for ever: the page says why, holds nothing else up, and it can be put away."""
    page, _ = opened(browser, served.address)
    wrong = {"client": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "kind": "label", "item": "gone", "stance": "favor"}
    page.evaluate("wrong => localStorage.setItem('sentiment outbox ann', JSON.stringify([wrong]))", wrong)
    done = label(page, pressing(page, LAYOUTS["en"]), 2)
    expect(page.locator("#saved")).to_contain_text("1 not accepted: there is no comment gone")
    page.get_by_role("button", name="Put away").click()
    saved(page)
    assert served.labels() == done
    page.context.close()


def test_two_windows_lose_nothing(browser: Browser, served) -> None:  # type: ignore[no-untyped-def]
    """The same comment decided in two windows of one person: both decisions are kept, the later one stands."""
    context = browser.new_context()
    pages = [context.new_page(), context.new_page()]
    for page in pages:
        page.goto(served.address)
    item = pages[0].locator("[name=item]").input_value()
    assert pages[1].locator("[name=item]").input_value() == item
    for page, code in zip(pages, ("Digit1", "Digit2"), strict=True):
        page.bring_to_front()
        page.wait_for_timeout(200)
        pressing(page, LAYOUTS["en"])(code)
        saved(page)
    assert served.labels() == {item: "against"}
    context.close()


def test_hostile_comments_stay_text(browser: Browser, served) -> None:  # type: ignore[no-untyped-def]
    """Markup in comments and titles is shown as it was written, in the first page and in those that the script fills."""
    page, seen = opened(browser, served.address)
    shown = set()
    press = pressing(page, LAYOUTS["en"])
    for _ in range(5):
        shown.add(page.locator("#text").inner_text())
        assert page.locator("#text > *, #title > *").count() == 0
        label(page, press, 1)
    shown.add(page.locator("#text").inner_text())
    assert {"<script>alert(1)</script>", "<img src=x onerror=alert(1)>"} <= shown
    assert page.locator("#title").inner_text() == "<b>Phones</b> to come"
    saved(page)
    page.goto(f"{served.address}/history")
    expect(page.get_by_text("<script>alert(1)</script>")).to_be_visible()
    assert seen == []
    page.context.close()


class _Evil(http.server.BaseHTTPRequestHandler):
    target = ""

    def do_GET(self) -> None:
        body = (
            f'<form method=post action="{self.target}/"><input name=item value=c00><input name=stance value=favor></form>'
            "<script>document.forms[0].submit()</script>"
        ).encode()
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_another_site_cannot_label(browser: Browser, served) -> None:  # type: ignore[no-untyped-def]
    """A form on another site that posts here is refused, and so is our page under a foreign host name."""
    _Evil.target = served.address
    evil = http.server.HTTPServer(("127.0.0.1", 0), _Evil)
    threading.Thread(target=evil.serve_forever, daemon=True).start()
    page = browser.new_context().new_page()
    page.goto(f"http://127.0.0.1:{evil.server_port}/")
    expect(page.locator("body")).to_contain_text("comes from another site")
    assert served.labels() == {}
    evil.shutdown()
    evil.server_close()
    page.context.set_extra_http_headers({})
    answer = page.request.get(served.address, headers={"host": "evil.example"})
    assert answer.status == 403
    page.context.close()


def test_touch_and_dark_on_a_phone(browser: Browser, served) -> None:  # type: ignore[no-untyped-def]
    """On a phone nothing is wider than the screen, the four stances are within a thumb's reach, and dark is dark."""
    page, seen = opened(
        browser, served.address, viewport={"width": 390, "height": 780}, has_touch=True, color_scheme="dark"
    )
    for address in ("", "/history", "/codebook", "/dashboard", "/adjudicate"):
        page.goto(served.address + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
    page.goto(served.address)
    item = page.locator("[name=item]").input_value()
    for stance in STANCES:
        box = page.locator(f"button[value={stance}]").bounding_box()
        assert box
        assert box["height"] >= 44
        assert 390 < box["y"] + box["height"] <= 780
    time.sleep(0.2)
    page.locator("button[value=neutral]").tap()
    saved(page)
    assert served.labels() == {item: "neutral"}
    red, green, blue = map(
        int, page.evaluate("getComputedStyle(document.body).backgroundColor").strip("rgb()").split(",")
    )
    assert max(red, green, blue) < 60
    assert seen == []
    page.context.close()


def test_it_can_be_read_aloud(browser: Browser, served) -> None:  # type: ignore[no-untyped-def]
    """The comment has its language and direction, the fields have names, the state is announced, focus is on the comment."""
    page, _ = opened(browser, served.address)
    text = page.locator("#text")
    assert (text.get_attribute("lang"), text.get_attribute("dir")) == ("en", "auto")
    expect(page.get_by_role("button", name="favor")).to_be_visible()
    expect(page.get_by_role("checkbox", name="irony")).to_be_attached()
    expect(page.get_by_role("textbox", name="Note")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("everything saved")
    label(page, pressing(page, LAYOUTS["en"]), 1)
    assert page.evaluate("document.activeElement.id") == "text"
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.context.close()


def test_it_works_without_the_script(browser: Browser, served) -> None:  # type: ignore[no-untyped-def]
    """With scripts switched off a click is a form post, and the next comment comes."""
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(served.address)
    item = page.locator("[name=item]").get_attribute("value")
    page.locator("button[value=against]").click()
    assert page.locator("[name=item]").get_attribute("value") != item
    assert served.labels() == {item: "against"}
    page.locator("#undo").click()
    assert served.labels() == {}
    page.context.close()


def differing(served) -> None:  # type: ignore[no-untyped-def]
    """Two annotators who differ on five comments."""
    store = Store(f"sqlite:///{served.folder / 'annotations.db'}", "xiaomi-us")
    for who, stance in (("ann", "favor"), ("bob", "against")):
        for i in range(10, 15):
            store.record(Event(kind="label", item=f"c{i}", annotator=who, stance=stance, codebook="1"))
    store.close()


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_adjudicate_by_keyboard(browser: Browser, served, layout: str) -> None:  # type: ignore[no-untyped-def]
    """A digit for the stance, a digit for the reason; s puts off, Esc takes the stance back; names are nowhere."""
    differing(served)
    page, seen = opened(browser, f"{served.address}/adjudicate")
    press = pressing(page, LAYOUTS[layout])
    assert "bob" not in page.content()
    expect(page.locator(".bar p")).to_have_text("5 to decide")
    first = page.locator("[name=item]").input_value()
    press("KeyS")
    expect(page.locator("[name=item]")).not_to_have_value(first)
    page.wait_for_load_state()  # the page's script listens from here on
    second = page.locator("[name=item]").input_value()
    press("Digit1")
    page.keyboard.press("Escape")
    press("Digit2")
    expect(page.locator("button.chosen")).to_have_text("against")
    press("Digit1")
    expect(page.locator(".bar p")).to_have_text("4 to decide")
    store = Store(f"sqlite:///{served.folder / 'annotations.db'}", "xiaomi-us")
    rows = store.rows("SELECT item, stance, reason, annotator FROM adjudicated")
    store.close()
    assert [tuple(row.values()) for row in rows] == [(second, "against", "missed irony", "ann")]
    assert [one for one in seen if not one.startswith("http://127.0.0.1")] == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_its_screen(browser: Browser, served, width: int, scheme: str) -> None:  # type: ignore[no-untyped-def]
    """No page is wider than the screen, and each follows the reader's choice of light or dark."""
    differing(served)
    for name in ("", "history", "codebook", "dashboard", "adjudicate"):
        page, seen = opened(
            browser, f"{served.address}/{name}", viewport={"width": width, "height": 844}, color_scheme=scheme
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        light = sum(int(part) for part in ground[4:-1].split(",")) > 3 * 128
        assert light == (scheme == "light"), name
        assert not [one for one in seen if one.startswith("error")], name
        page.context.close()
