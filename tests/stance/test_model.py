"""The model file: data only, scored without scikit-learn, refused when it is not whole."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentiment.errors import ModelError
from sentiment.stance.model import load_model
from sentiment.stance.packed import STEPS, Packed
from sentiment.stance.score import Scorer
from sentiment.stance.train import Fitted, Options, train
from sentiment.stance.vocabulary import Vocabulary

from .conftest import sentences

TEXTS = st.one_of(
    st.text(max_size=120),
    st.lists(st.sampled_from(["never", "great", "Xiaomi", "when", "?", "not", "mai", "@a"])).map(" ".join),
)


def pipeline_scores(fitted: Fitted, docs: list) -> np.ndarray:  # type: ignore[type-arg]
    """What scikit-learn says of the same comments."""
    model = fitted.model
    told = list(model.scorer.with_parents(docs))
    places = [model.languages.index(doc.language) if model.languages else 0 for doc in docs]
    rows = fitted.pipeline[:-1].transform(told)
    return fitted.pipeline[-1].predict_proba(rows, parts=places)  # type: ignore[no-any-return]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.tuples(TEXTS, TEXTS, st.sampled_from(["en", "it"])), min_size=1, max_size=4))
def test_scores_equal_the_pipelines(fitted: Fitted, texts: list[tuple[str, str, str]]) -> None:
    """The scorer gives scikit-learn's probabilities to a millionth, for any text, with and without a parent."""
    docs = [fitted.model.prepare(text, language=language, parent=above) for text, above, language in texts]
    ours = fitted.model.probabilities(docs)
    np.testing.assert_allclose(ours, pipeline_scores(fitted, docs), atol=1e-6)
    np.testing.assert_allclose(ours.sum(axis=1), 1.0, atol=1e-9)


def test_two_labels_equal_the_pipelines(plain: Fitted) -> None:
    """A model of two labels, without languages, is scored as exactly."""
    docs = [plain.model.prepare(text) for text in ("great great phone", "never", "", "\U0001f602")]
    np.testing.assert_allclose(plain.model.probabilities(docs), pipeline_scores(plain, docs), atol=1e-6)


def test_every_block_is_in_it(fitted: Fitted) -> None:
    """Each block that was asked for has features, so that the equality above means something."""
    blocks = {block["name"] for block in fitted.model.meta["blocks"]}
    assert {"words", "chars", "marks", "cues", "reply", "negated", "vader"} <= blocks


def test_round_trip(fitted: Fitted, tmp_path: Path) -> None:
    """A saved model says the same as the one in memory."""
    path = tmp_path / "m.npz"
    fitted.model.save(path)
    loaded = load_model(path, target="xiaomi-us")
    docs = [loaded.prepare("never, spyware", language="en"), loaded.prepare("finalmente", language="it", parent="mai")]
    np.testing.assert_array_equal(loaded.probabilities(docs), fitted.model.probabilities(docs))
    assert loaded.name == fitted.model.name
    assert list(tmp_path.iterdir()) == [path]


def test_same_rows_same_bytes(table: object, options: Options, fitted: Fitted) -> None:
    """Training again on the same rows gives the same file, to the byte."""
    assert train(table, options).model.to_bytes() == fitted.model.to_bytes()  # type: ignore[arg-type]


def test_the_last_bits_of_a_weight_are_not_stored() -> None:
    """Weights that differ by what a matrix product leaves open give the same bytes."""
    rng = np.random.default_rng(0)
    packed = Packed([{"name": "words", "apart": False}], [Vocabulary.of(f"w{i:03}" for i in range(400))], ("",))
    weights = rng.normal(size=(1, 4, 400))
    other = weights * (1 + rng.integers(-2, 3, size=weights.shape) * np.finfo(float).eps)
    assert (other != weights).any()
    assert all(packed.pack(other)[name].tobytes() == array.tobytes() for name, array in packed.pack(weights).items())
    assert np.abs(packed.whole(packed.pack(weights)) - weights).max() < np.abs(weights).max() / STEPS


def test_loads_without_scikit_learn(fitted: Fitted, tmp_path: Path) -> None:
    """Loading and scoring import neither scikit-learn nor scipy nor pandas."""
    path = tmp_path / "m.npz"
    fitted.model.save(path)
    code = (
        "import sys; from pathlib import Path; from sentiment.stance.tag import Item, LinearBackend, load_model;"
        f"b = LinearBackend(load_model(Path({str(path)!r})));"
        "print(b.classify([Item('never', 'en', 'great')], reasons=True)[0].name);"
        "print([m for m in ('sklearn', 'scipy', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    name, heavy = done.stdout.split("\n")[:2]
    assert name in fitted.model.labels
    assert heavy == "[]"


def _members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _write(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def test_foreign_files_are_refused(tmp_path: Path) -> None:
    """A file that is no model, an npz that is none, an empty one and a missing one each get a sentence."""
    cases = {"text": b"hello", "empty": b"", "pickle": b"\x80\x04N.", "zip": b"PK\x03\x04nonsense"}
    for name, data in cases.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ModelError, match=name):
            load_model(tmp_path / name)
    np.savez(tmp_path / "other.npz", a=np.arange(3))
    with pytest.raises(ModelError, match="not a stance model"):
        load_model(tmp_path / "other.npz")
    with pytest.raises(ModelError, match="not there"):
        load_model(tmp_path / "missing.npz")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_torn_files_are_refused(fitted: Fitted, tmp_path: Path, share: float) -> None:
    """A file that was cut off anywhere is refused."""
    data = fitted.model.to_bytes()
    path = tmp_path / "torn.npz"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ModelError):
        load_model(path)


def test_tampered_files_are_refused(fitted: Fitted, tmp_path: Path) -> None:
    """Weights or facts that were changed after training are noticed."""
    path = tmp_path / "m.npz"
    fitted.model.save(path)
    members = _members(path)
    weights = bytearray(members["shared.npy"])
    weights[-1] ^= 1
    _write(path, members | {"shared.npy": bytes(weights)})
    with pytest.raises(ModelError, match="changed"):
        load_model(path)
    _write(
        path, {name: data.replace(b"favor", b"favur") if name == "meta.npy" else data for name, data in members.items()}
    )
    with pytest.raises(ModelError, match="changed"):
        load_model(path)


def test_other_target_and_format_are_refused(fitted: Fitted, plain: Fitted, tmp_path: Path) -> None:
    """A model for something else says what it was made for."""
    path = tmp_path / "m.npz"
    plain.model.save(path)
    with pytest.raises(ModelError, match="no particular target"):
        load_model(path, target="xiaomi-us")
    fitted.model.save(path)
    with pytest.raises(ModelError, match="'xiaomi-us', not for 'wind-farm'"):
        load_model(path, target="wind-farm")
    meta = dict(fitted.model.meta) | {"format_version": 99}
    members = _members(path)
    np.save(tmp_path / "meta.npy", np.frombuffer(json.dumps(meta).encode(), dtype=np.uint8))
    _write(path, members | {"meta.npy": (tmp_path / "meta.npy").read_bytes()})
    with pytest.raises(ModelError, match="format 99"):
        load_model(path)


def test_batches_do_not_matter(fitted: Fitted) -> None:
    """A comment is scored the same alone and among two thousand others."""
    texts = list(sentences("en", 700, seed=3).text) * 2
    docs = [fitted.model.prepare(text, language="en") for text in texts]
    together = fitted.model.probabilities(docs)
    alone = fitted.model.probabilities(docs[601:602])
    np.testing.assert_allclose(together[601:602], alone, atol=1e-12)
    assert isinstance(fitted.model.scorer, Scorer)
