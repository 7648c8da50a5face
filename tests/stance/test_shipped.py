"""The model that ships, and the comments it was trained on."""

from pathlib import Path

import pytest

from benchmarks.training_data import near_duplicates
from sentiment.records import STANCES
from sentiment.stance.files import read_table
from sentiment.stance.table import read_rows
from sentiment.stance.tag import Item, load_backend
from sentiment.stance.target import load_target
from sentiment.stance.train import Options

ROOT = Path(__file__).parents[2]
TRAINING = ROOT / "annotations" / "xiaomi-us" / "training.csv"
OPTIONS = Options(
    "text",
    "stance",
    "batch",
    "language",
    "parent_text",
    target=load_target("xiaomi-us"),
    keep=("vader",),
    weight="weight",
)
LEAST = 600
"""Comments that every language has at least; below 200 a linear model is unstable."""
FLOOR = {"en": 0.615, "it": 0.615, "de": 0.615, "ru": 0.615}
"""Cross-validated macro-F1 of the shipped model, less about two points. Lowering one needs a reason in the changelog."""


def test_the_model_was_trained_on_these_comments() -> None:
    """The fingerprint in the model file is that of training.csv as it stands: `make model` was not forgotten."""
    backend = load_backend(load_target("xiaomi-us"))
    rows = read_rows(read_table(str(TRAINING)), OPTIONS)
    assert backend.model.meta["data_sha256"] == rows.sha256  # type: ignore[attr-defined]


def test_training_comments_are_marked_distinct_and_balanced() -> None:
    """All are marked as authored, no text stands twice, and every language has enough of every stance.

    Threads are written like the world's, in which most comments are unrelated and few are neutral, and those under other
    headlines hardly have anything else; statements are balanced.
    """
    table = read_table(str(TRAINING))
    assert set(table["origin"]) == {"authored"}
    assert set(table["series"] + table["weight"]) == {"statements1", "plain3", "threads3", "elsewhere3", "translated1"}
    assert near_duplicates(table["text"].tolist()) == []
    for _, own in table.groupby("language"):
        assert len(own) >= LEAST
        assert own["stance"].value_counts(normalize=True).reindex(STANCES).between(0.1, 0.4).all()
        stated = own[own["series"] == "statements"]
        assert stated["stance"].value_counts(normalize=True).reindex(STANCES).between(0.15, 0.35).all()


def test_a_translated_comment_keeps_stance_and_batch_of_its_original() -> None:
    """So no test tears them apart, and nobody is said to have read the translation."""
    table = read_table(str(TRAINING)).set_index("id")
    translated = table[table["series"] == "translated"]
    originals = table.loc[translated.index.str.rpartition(".").get_level_values(0)]
    assert len(translated)
    assert set(originals["series"]) == {"threads"}
    for column in ("batch", "position", "parent", "stance", "flags"):
        assert translated[column].tolist() == originals[column].tolist()
    assert (translated["language"].to_numpy() != originals["language"].to_numpy()).all()
    assert translated.index.str.rpartition(".").get_level_values(2).tolist() == translated["language"].tolist()
    assert set(translated["reader_a"] + translated["reader_b"]) == {""}


def test_no_seed_comment_is_in_the_training_data() -> None:
    """The 22 seed comments are a test set."""
    import sentiment
    from sentiment.records import Page

    pages = [page for page in sentiment.read(ROOT / "seeds") if isinstance(page, Page)]
    seeds = {comment.text.casefold() for page in pages for comment in page.comments}
    assert len(seeds) == 22
    # "lol" is nobody's sentence
    assert not (set(read_table(str(TRAINING))["text"].str.casefold()) & seeds) - {"lol"}


@pytest.mark.parametrize("language", sorted(FLOOR))
def test_cross_validated_quality_is_above_its_floor(language: str) -> None:
    """The figures that training wrote into the model stay above the floors."""
    backend = load_backend(load_target("xiaomi-us"))
    figures = backend.model.meta["card"]["summary"]["held_out"]  # type: ignore[attr-defined]
    assert figures[language]["macro_f1"] >= FLOOR[language]


@pytest.mark.parametrize(
    ("language", "text", "stance"),
    [
        ("en", "Finally! Bring them over, I would buy one tomorrow.", "favor"),
        ("en", "No thanks, keep that spyware out of our country.", "against"),
        ("it", "Finalmente, non vedo l'ora di vederli anche lì!", "favor"),
        ("de", "Nein danke, Spionage-Handys aus China brauchen die USA nicht.", "against"),
        ("ru", "Давно пора, пусть продают в Америке, конкуренция нужна!", "favor"),
    ],
)
def test_plain_sentences(language: str, text: str, stance: str) -> None:
    """What anybody would understand, the model does too, with a reason."""
    (said,) = load_backend(load_target("xiaomi-us")).classify([Item(text, language)], reasons=True)
    assert said.name == stance
    assert said.reasons


def test_a_language_without_a_model_is_not_guessed() -> None:
    """Spanish is not tagged, and it is said why."""
    (said,) = load_backend(load_target("xiaomi-us")).classify([Item("¡Por fin! Que vengan ya.", "es")])
    assert said.name is None
    assert said.reasons == ("no model for es",)
