"""The model file: arrays and JSON in an npz, loaded and scored with numpy alone.

Nothing in it is code, nothing is unpickled. The scores are those of the scikit-learn pipeline it was written from.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.errors import ModelError
from sentiment.outputs import whole_file
from sentiment.stance import normalise
from sentiment.stance.explain import MOST, reasons_of_all
from sentiment.stance.score import Scorer
from sentiment.stance.tokens import Doc
from sentiment.stance.vocabulary import Vocabulary

FORMAT = "reader-sentiment stance model"
FORMAT_VERSION = 5
_ARRAYS = ("idf", "own", "shared", "scales", "shift")
"""How telling each feature is; the weights (:class:`~sentiment.stance.packed.Packed`); what is added to each label's logit."""
_LIMIT = 400_000_000
"""Bytes a member may unpack to: a hundred times the largest model that was made."""


class Model:
    """A trained stance model.

    Args:
        meta: What is written as JSON: labels, languages, blocks, word lists, versions, the card.
        arrays: Weights by name; see :mod:`sentiment.stance.train`.
        vocabulary: Feature names of each block, in the order of its columns.
    """

    def __init__(self, meta: dict[str, Any], arrays: dict[str, NDArray[Any]], vocabulary: Sequence[Vocabulary]) -> None:
        self.meta, self.arrays, self.vocabulary = meta, arrays, vocabulary
        self.labels: tuple[str, ...] = tuple(meta["labels"])
        self.languages: tuple[str, ...] | None = tuple(meta["languages"]) if meta["languages"] is not None else None
        self.scorer = Scorer(meta, arrays, vocabulary)

    @property
    def name(self) -> str:
        """What stands in a row that this model tagged: target or ``custom``, and the first letters of its digest."""
        return f"{self.meta['target'] or 'custom'}-{self.meta['digest'][:8]}"

    def knows(self, language: str) -> bool:
        """Whether a comment in this language may be scored; a model without languages scores every text."""
        return self.languages is None or language in self.languages

    def prepare(self, text: str, *, language: str = "", parent: str = "", quote: str = "") -> Doc:
        """A comment as this model reads it."""
        return self.scorer.prepare(
            text, language=language if self.languages is not None else "", parent=parent, quote=quote
        )

    def probabilities(self, docs: Sequence[Doc]) -> NDArray[np.float64]:
        """Calibrated probabilities, comments by labels."""
        return self.scorer.probabilities(docs)

    def score(
        self, texts: Sequence[str], languages: Sequence[str], parents: Sequence[str] = (), quoted: Sequence[bool] = ()
    ) -> NDArray[np.float64]:
        """What :meth:`probabilities` gives, from the texts themselves and for many at once; see :meth:`Scorer.score`."""
        return self.scorer.score(texts, languages if self.languages is not None else [""] * len(texts), parents, quoted)

    def tell(
        self, texts: Sequence[str], languages: Sequence[str], parents: Sequence[str] = (), quoted: Sequence[bool] = ()
    ) -> tuple[NDArray[np.float64], list[tuple[str, ...]]]:
        """What :meth:`score` gives, and the strongest reasons for the label that :meth:`choose` takes by it."""
        languages = languages if self.languages is not None else [""] * len(texts)
        if not self.scorer.one_by_one(len(texts)):
            return self.scorer.tell(texts, languages, parents, quoted, self.choose, MOST)
        docs = self.scorer.with_parents(self.scorer.docs(texts, languages, parents, quoted))
        shares = self.probabilities(docs)
        return shares, reasons_of_all(self, docs, self.choose(shares).tolist())

    def choose(self, probabilities: NDArray[np.float64]) -> NDArray[np.intp]:
        """The label of each row, as a place in ``labels``.

        The most probable one, after dividing by the label's share in training to the power that training chose.
        """
        offset = np.asarray(self.meta["prior"]) ** -float(self.meta["prior_power"])
        return np.asarray((probabilities * offset).argmax(axis=1))

    def save(self, path: Path) -> None:
        """Write the file in one step: the old one stays until the new one is whole."""
        with whole_file(Path(path), binary=True) as file:
            file.write(self.to_bytes())

    def to_bytes(self) -> bytes:
        """The file: the same model gives the same bytes."""
        members = {name: self.arrays[name] for name in _ARRAYS}
        for place, names in enumerate(self.vocabulary):
            members[f"names_{place}"] = np.frombuffer(names.blob, dtype=np.uint8)
        members["meta"] = np.frombuffer(
            json.dumps(self.meta, ensure_ascii=False, sort_keys=True).encode(), dtype=np.uint8
        )
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **members)  # type: ignore[arg-type]
        return buffer.getvalue()


def digest(meta: dict[str, Any], arrays: dict[str, NDArray[Any]], vocabulary: Sequence[Vocabulary]) -> str:
    """sha256 of all that a model is, apart from the digest itself."""
    sha = hashlib.sha256()
    told = {key: value for key, value in meta.items() if key != "digest"}
    sha.update(json.dumps(told, ensure_ascii=False, sort_keys=True).encode())
    for name in _ARRAYS:
        array = np.ascontiguousarray(arrays[name])
        sha.update(f"{name}{array.dtype.str}{array.shape}".encode())
        sha.update(array.tobytes())
    for names in vocabulary:
        sha.update(names.blob)
    return sha.hexdigest()


def load_model(path: Path, *, target: str | None = None) -> Model:
    """Load a model file.

    Args:
        path: The file.
        target: The slug of the target that it must be for; None takes any.

    Returns:
        The model, checked against the digest written in it.

    Raises:
        ModelError: No such file, not a model, damaged, of another version, or for another target.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > _LIMIT:
                raise ModelError(f"{path} is larger than any stance model; it was not loaded")
        with np.load(path, allow_pickle=False) as data:
            if "meta" not in data.files:
                raise ModelError(f"{path} is not a stance model; make one with: sentiment train")
            meta = json.loads(bytes(data["meta"]))
            _check(meta, path, target)
            arrays = {name: data[name] for name in _ARRAYS}
            vocabulary = [Vocabulary(bytes(data[f"names_{i}"])) for i in range(len(meta["blocks"]))]
    except FileNotFoundError:
        raise ModelError(f"{path} is not there; make a model with: sentiment train TABLE --model {path}") from None
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile, NotImplementedError) as error:
        raise ModelError(f"{path} is not a stance model, or it is damaged ({_short(error)})") from None
    except ModelError:
        raise
    except Exception as error:  # zlib.error and what else a torn file raises: all mean the same to the user
        raise ModelError(f"{path} is damaged ({_short(error)})") from None
    if digest(meta, arrays, vocabulary) != meta["digest"]:
        raise ModelError(f"{path} was changed after it was made: its digest does not fit; train it again")
    return Model(meta, arrays, vocabulary)


def _check(meta: Any, path: Path, target: str | None) -> None:
    if not isinstance(meta, dict) or meta.get("format") != FORMAT:
        raise ModelError(f"{path} is not a stance model; make one with: sentiment train")
    if meta["format_version"] != FORMAT_VERSION:
        found = meta["format_version"]
        raise ModelError(f"{path} has format {found}, this program reads {FORMAT_VERSION}: train the model again")
    if meta["normaliser"] != normalise.VERSION:
        raise ModelError(f"{path} was trained on text normalised in another way: train the model again")
    if target is not None and meta["target"] != target:
        made = f"the target {meta['target']!r}" if meta["target"] else "no particular target"
        raise ModelError(f"{path} was made for {made}, not for {target!r}; give another --model or --target")


def _short(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:120]
