"""``sentiment.report`` as a notebook uses it: called again and again, shown by itself, looked at as frames."""

import importlib
from pathlib import Path

import sentiment

ROOT = Path(__file__).parents[2]


def test_it_can_be_called_again() -> None:
    """A package of the same name lies beside the function; importing it does not put it in the function's place."""
    first = sentiment.report(ROOT / "seeds", annotations=ROOT / "annotations")
    importlib.import_module("sentiment.report.page")
    second = sentiment.report(ROOT / "seeds", annotations=ROOT / "annotations")
    assert first == second
    assert first.headline in second._repr_html_()


def test_frames_have_the_numbers_of_the_report() -> None:
    """Groups as a table with the total last; the other tables under their names."""
    found = sentiment.report(ROOT / "seeds", annotations=ROOT / "annotations")
    frame = found.frame().set_index("outlet")
    assert frame.loc["TOTAL", "comments"] == found.total.comments
    assert frame.loc["hdblog.it", "favor_share"] == round(found.groups[0].shares["favor"].share or 0, 4)
    assert set(found.frames()) == {"groups", "comparisons", "reasons", "typical", "time", "time_by_group"}
    assert {"outlet", "reason", "favor"} <= set(found.frames()["reasons"].columns)
