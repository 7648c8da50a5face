"""Entailment models as a backend: a tiny one with random weights, through the real pipeline, without network."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from sentiment.errors import ModelError, TargetError
from sentiment.pipeline import Tagged, analyse, classify
from sentiment.records import STANCES, Skipped
from sentiment.stance.backends import BackendOptions
from sentiment.stance.backends.hypotheses import wording
from sentiment.stance.backends.nli import entailment_index
from sentiment.stance.tag import Item, StanceBackend, load_backend
from sentiment.stance.target import load_target, new_target

from .pages import page

LABELS = {0: "contradiction", 1: "neutral", 2: "entailment"}
WORDS = [
    "xiaomi",
    "reader",
    "sells",
    "phones",
    "states",
    "not",
    "side",
    "il",
    "lettore",
    "yes",
    "no",
    "great",
    "!",
    ".",
    ",",
    ":",
    '"',
    "'",
]
COMMENTS = [
    Item("great phones, yes!", "en", title="Xiaomi sells phones"),
    Item("no. the states: no", "en", parent_text="great"),
    Item("il lettore", "it"),
    Item("  ", "en"),
    Item("no \ud800 " * 3000, "es", title="\udc00"),
]


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="the extra [nli] is not installed")
    pytest.importorskip("transformers", reason="the extra [nli] is not installed")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def make_model(folder: Path, labels: dict[int, str] = LABELS, *, reads: int = 320) -> Path:
    """A sequence-classification model with random weights, as a folder that transformers loads."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    folder.mkdir()
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    vocabulary = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *WORDS,
        *letters,
        *(f"##{letter}" for letter in letters),
    ]
    (folder / "vocab.txt").write_text("\n".join(dict.fromkeys(vocabulary)), encoding="utf-8")
    BertTokenizer(str(folder / "vocab.txt"), model_max_length=reads).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(dict.fromkeys(vocabulary)),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=reads,
        initializer_range=2.0,
        id2label=labels,
        label2id={name: place for place, name in labels.items()},
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def load(folder: Path, **options: Any) -> StanceBackend:
    """The backend over a folder."""
    return load_backend(load_target("xiaomi-us"), None, BackendOptions(name="nli", model=str(folder), **options))


def test_four_shares_in_order(tmp_path: Path) -> None:
    """Every comment with words gets four shares of one and the stance of the largest, in any language."""
    found = load(make_model(tmp_path / "tiny")).classify(COMMENTS, reasons=True)
    assert [stance.source for stance in found] == ["model", "model", "model", "none", "model"]
    for stance in found[:3] + found[4:]:
        assert stance.probabilities is not None
        assert math.isclose(sum(stance.probabilities), 1)
        assert stance.name == STANCES[stance.probabilities.index(max(stance.probabilities))]
    target = load_target("xiaomi-us")
    assert found[2].reasons == (f"entails: {target.hypotheses[found[2].name or '']['it']}",)
    assert (found[3].name, found[3].reasons) == (None, ("no words",))


def test_shares_are_of_the_entailment_scores(tmp_path: Path) -> None:
    """The shares are the softmax of the entailment logits of premise and hypothesis, computed here by hand."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    folder = make_model(tmp_path / "tiny")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    words = wording(load_target("xiaomi-us"), "en")
    premise = words.premise(COMMENTS[0].text, title=COMMENTS[0].title)
    with torch.inference_mode():
        logits = [
            model(**tokenizer(premise, sentence, truncation="only_first", return_tensors="pt")).logits[0, 2]
            for sentence in words.hypotheses
        ]
    expected = torch.softmax(torch.stack(logits).double(), 0).tolist()
    assert load(folder).classify(COMMENTS[:1])[0].probabilities == pytest.approx(expected, abs=1e-5)


def test_a_comment_cannot_spell_a_separator(tmp_path: Path) -> None:
    """A comment that writes the tokenizer's control words is read as letters: it adds no sentence of its own."""
    folder = make_model(tmp_path / "tiny")
    plain, evil = Item("yes sep great", "en"), Item("yes [SEP] great", "en")
    tagger = load(folder)
    asked: list[Any] = []
    model = tagger._model  # type: ignore[attr-defined]
    model.register_forward_pre_hook(lambda *given: asked.append(given[-1]["input_ids"]), with_kwargs=True)
    tagger.classify([plain])
    tagger.classify([evil])
    assert [int((ids == 3).sum()) for ids in asked] == [8, 8]


def test_a_model_that_reads_too_little(tmp_path: Path) -> None:
    """A model too short-sighted for the hypotheses is refused; a comment is never cut to nothing in silence."""
    with pytest.raises(ModelError, match="40 tokens"):
        load(make_model(tmp_path / "tiny", reads=40)).classify(COMMENTS)


def test_through_the_pipeline(tmp_path: Path) -> None:
    """Pages in, stances out in page order, several pages gathered, what cannot be read in between."""
    folder = make_model(tmp_path / "tiny")
    pages = tmp_path / "pages"
    pages.mkdir()
    words = [
        "yes, let them come, I will buy one",
        "no way, keep that out",
        "por fin, los espero desde hace mucho tiempo",
    ]
    for n, chosen in enumerate([words, words[:1], [], words[1:]]):
        (pages / f"{n}.html").write_text(page(chosen), encoding="utf-8")
    (pages / "1b.html").write_bytes(b"")
    backend = BackendOptions(name="nli", model=str(folder))
    found = list(analyse(pages, annotations=tmp_path, backend=backend, reasons=True))
    tagged = {Path(one.page.source).name: one for one in found if isinstance(one, Tagged)}
    assert {name: len(one.stances) for name, one in tagged.items()} == {
        "0.html": 3,
        "1.html": 1,
        "2.html": 0,
        "3.html": 2,
    }
    assert [one.source for one in found if isinstance(one, Skipped)] == [str(pages / "1b.html")]
    by_text = {c.text: s for one in tagged.values() for c, s in zip(one.page.comments, one.stances, strict=True)}
    again = classify(list(by_text), backend=backend)
    assert {s.model for s in by_text.values()} == {again[0].model}
    assert all(s.name in STANCES and s.confidence for s in by_text.values())


@pytest.mark.parametrize("pairs", [1, 3, 32])
def test_the_size_of_a_batch_changes_nothing(tmp_path: Path, pairs: int) -> None:
    """Comments come back in their order, with the same shares, however many pairs go through at once."""
    folder = make_model(tmp_path / "tiny")
    alone = [load(folder).classify([one])[0].probabilities for one in COMMENTS]
    together = [stance.probabilities for stance in load(folder, batch=pairs).classify(COMMENTS)]
    for one, other in zip(alone, together, strict=True):
        assert (one is None and other is None) or other == pytest.approx(one, abs=1e-5)


def test_the_entailment_output_is_found_by_name(tmp_path: Path) -> None:
    """A model that numbers its labels in another order is read by its own id2label."""
    folder = make_model(tmp_path / "tiny")
    before = load(folder).classify(COMMENTS[:1])[0].probabilities
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["id2label"] = {"0": "ENTAILMENT", "1": "NEUTRAL", "2": "CONTRADICTION"}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert load(folder).classify(COMMENTS[:1])[0].probabilities != before


@pytest.mark.parametrize(
    ("labels", "place"),
    [(LABELS, 2), ({0: "Entailment", 1: "not_entailment"}, 0), ({"0": "contradiction", "1": "entails"}, 1)],
)
def test_names_of_entailment(labels: dict[Any, str], place: int) -> None:
    """Two or three labels, any capitals: the one that is called entailment counts, "not_entailment" does not."""
    assert entailment_index(labels) == place


@pytest.mark.parametrize("labels", [{0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"}, {0: "positive", 1: "negative"}])
def test_a_model_that_is_no_nli_model(tmp_path: Path, labels: dict[int, str]) -> None:
    """A model without an entailment label is refused with its labels, not guessed at."""
    with pytest.raises(ModelError, match=labels[0]):
        load(make_model(tmp_path / "tiny", labels))


def test_the_row_says_which_model(tmp_path: Path) -> None:
    """The folder's name and a digest of its files stand in the row; other weights are another digest."""
    first = load(make_model(tmp_path / "tiny"))
    again = load(tmp_path / "tiny")
    config = tmp_path / "tiny" / "config.json"
    config.write_text(config.read_text(encoding="utf-8").replace("entailment", "entails"), encoding="utf-8")
    other = load(tmp_path / "tiny")
    assert first.name == again.name != other.name
    assert first.name.startswith("nli:tiny@")
    assert first.classify(COMMENTS[:1])[0].model == first.name


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    """A model file is data: weights that only come as a pickle are not loaded."""
    import torch

    folder = make_model(tmp_path / "tiny")
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="safetensors"):
        load(folder)


def test_a_model_without_a_classifier(tmp_path: Path) -> None:
    """A bare language model would get random weights for its answers: it is refused."""
    from transformers import BertForSequenceClassification

    folder = make_model(tmp_path / "tiny")
    BertForSequenceClassification.from_pretrained(folder).bert.save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"id2label": LABELS}), encoding="utf-8")
    with pytest.raises(ModelError, match="no trained classifier"):
        load(folder)


@pytest.mark.parametrize("model", [None, "", "no/such-model"])
def test_a_model_that_is_not_there(model: str | None) -> None:
    """No name, and a name that is neither a folder nor on the disk, give one clear error."""
    options = BackendOptions(name="nli", model=model)
    with pytest.raises(ModelError, match=r"--backend-model|no/such-model"):
        load_backend(load_target("xiaomi-us"), None, options)


def test_an_unknown_backend() -> None:
    """A backend of another name is refused with the names there are."""
    with pytest.raises(ModelError, match="linear, nli, llm"):
        load_backend(load_target("xiaomi-us"), None, BackendOptions(name="oracle"))


def test_hypotheses_of_a_target(tmp_path: Path) -> None:
    """A target's own sentences win; a new target gets sentences around its statement, in a language it is worded in."""
    own = load_target("xiaomi-us")
    assert wording(own, "ru").hypotheses[0] == own.hypotheses["favor"]["ru"]
    assert wording(own, "pt").hypotheses == wording(own, "en").hypotheses
    folder = new_target("wind-farm", tmp_path)
    file = folder / "target.toml"
    file.write_text(file.read_text(encoding="utf-8") + '\n[hypothesis.odd]\nen = "x"\n', encoding="utf-8")
    with pytest.raises(TargetError, match="odd"):
        load_target(folder)
    file.write_text('slug = "x"\nname = "X"\ncodebook = "1"\n[statement]\nde = "Mehr {Wind}."\n', encoding="utf-8")
    made = wording(load_target(folder), "en")
    assert made.hypotheses[0] == 'Der Leser stimmt dem zu: "Mehr {Wind}".'
    assert made.premise("a {b}", title="t {text}", parent="p") == (
        'Unter einem Artikel mit dem Titel "t {text}" als Antwort auf "p" schreibt ein Leser: "a {b}"'
    )
