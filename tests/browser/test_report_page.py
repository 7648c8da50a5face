"""The report's page in a real browser: narrow and wide, dark and light, printed; it asks for nothing and runs nothing."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import sentiment
from sentiment.report.groups import Report, ReportOptions
from sentiment.report.page import to_html
from tests.report.builders import folded, human, model, page, sampled

ROOT = Path(__file__).parents[2]
NASTY = "<img src=x onerror=alert(1)><script>document.title='run'</script><b>bold</b>"
LONG = "w" * 90 + ".example"
A4 = (182, 265)
"""What the margins leave of the sheet, in millimetres."""


def many() -> Report:
    """200 outlets, the first with random labels, dates and reasons, some with names and words that are not meant well."""
    days = [datetime(2018, month, 3) for month in range(1, 10)]
    stances = [human("favor"), human("against"), human("neutral")] * 20
    pages = []
    for i in range(200):
        outlet = {3: NASTY, 4: LONG}.get(i, f"outlet-{i}.example")
        if i < 3:
            pages += sampled(outlet, (0.5 - 0.2 * i, 0.1 + 0.2 * i, 0.1, 0.3), seed=i)
            continue
        texts = [f"{NASTY} cheap", "<svg onload=alert(2)>", f"{'W' * 200} cheap"]
        made = page(f"p{i}", 60 if i < 20 else 3, outlet=outlet, texts=texts, dates=days)
        pages.append((made, stances if i < 20 else [model(0.4, 0.3, 0.2, 0.1)] * 3))
    options = ReportOptions(
        themes=lambda text, _: {"price": False} if "cheap" in text else {}, titles={"price": "price and value"}
    )
    return folded(*pages, options=options)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The reports of 200 outlets, of the seeds, and of nothing, as files."""
    folder = tmp_path_factory.mktemp("reports")
    seeds = sentiment.report(ROOT / "seeds", annotations=ROOT / "annotations")
    found = {}
    for name, report in (("many", many()), ("seeds", seeds), ("nothing", folded())):
        found[name] = folder / f"{name}.html"
        found[name].write_text(to_html(report), encoding="utf-8")
    return found


def opened(browser: Browser, file: Path, **options: object) -> tuple[Page, list[str]]:
    """The page from the disk in a fresh profile, all of it unfolded, and everything it asks for or complains about."""
    one = browser.new_context(**options).new_page()  # type: ignore[arg-type]
    seen: list[str] = []
    one.on("console", lambda message: seen.append(f"console {message.text}"))
    one.on("pageerror", lambda error: seen.append(f"error {error}"))
    one.on("dialog", lambda dialog: (seen.append(f"dialog {dialog.message}"), dialog.dismiss()))
    one.on("request", lambda sent: None if sent.url == file.as_uri() or sent.url == "data:," else seen.append(sent.url))
    one.goto(file.as_uri())
    one.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    return one, seen


@pytest.mark.parametrize("name", ["many", "seeds", "nothing"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_and_asks_for_nothing(
    browser: Browser, files: dict[str, Path], name: str, scheme: str, width: int
) -> None:
    """No overflow, no message, no request; its colours are those that are asked for; one drawing of each is shown."""
    one, seen = opened(browser, files[name], viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert one.evaluate("document.documentElement.scrollWidth") <= width
    light = one.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0]")
    assert (light > 128) == (scheme == "light")
    shown = one.locator("figure svg:visible").count()
    assert shown == one.locator("figure").count()
    assert (shown > 3) == (name != "nothing") or name == "seeds"
    boxes = one.evaluate("[...document.querySelectorAll('figure svg')].map(s => s.getBoundingClientRect().right)")
    assert max(boxes, default=0) <= width
    assert seen == []
    one.context.close()


def test_markup_stays_text(browser: Browser, files: dict[str, Path]) -> None:
    """What outlets and readers write is read, not run: in tables, drawings and quotations."""
    one, seen = opened(browser, files["many"], viewport={"width": 1280, "height": 900})
    assert "what reader comments say" in one.title()
    assert one.locator("script, main img, main b, iframe, object").count() == 0
    assert one.locator("svg[onload], [onerror]").count() == 0
    assert "<script>document.title" in one.locator("blockquote").first.inner_text()
    assert NASTY in one.locator("table").first.inner_text()
    assert seen == []
    one.context.close()


def test_it_prints_on_a4(browser: Browser, files: dict[str, Path]) -> None:
    """On sheets of A4 nothing is cut off at the right, and the colours are those of the light page."""
    pixels = int(A4[0] / 25.4 * 96)
    one, seen = opened(browser, files["many"], viewport={"width": pixels, "height": 900}, color_scheme="dark")
    one.emulate_media(media="print", color_scheme="dark")
    assert one.evaluate("document.documentElement.scrollWidth") <= pixels
    cut = one.evaluate(
        "[...document.querySelectorAll('table, svg')].filter(e => e.getBoundingClientRect().right > innerWidth + 1).length"
    )
    assert cut == 0
    assert one.evaluate("getComputedStyle(document.body).backgroundColor") in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    printed = one.pdf(prefer_css_page_size=True)
    sizes = {
        tuple(round(float(x)) for x in found) for found in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    }
    assert sizes == {(595, 842)} or sizes == {(596, 842)}
    assert seen == []
    one.context.close()


def test_every_drawing_has_words(browser: Browser, files: dict[str, Path]) -> None:
    """Whoever cannot see the pictures is told what is in them; sections have headings in order, tables their captions."""
    one, _ = opened(browser, files["many"], viewport={"width": 1280, "height": 900})
    words = one.evaluate(
        "[...document.querySelectorAll('figure svg:not([hidden])')].map(s => s.getAttribute('aria-label'))"
    )
    assert all(len(text) > 40 for text in words)
    assert {"Stance by outlet and language", "Net stance", "Comparisons", "Reasons", "Over time"} <= set(
        one.locator("h2").all_inner_texts()
    )
    assert "net stance by month" in " ".join(words)
    one.context.close()
