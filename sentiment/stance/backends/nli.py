"""Zero-shot stance with an entailment model: does the comment entail "the reader is for it", "... against it"?

Any Hugging Face sequence-classification model trained on NLI will do, from a folder or from the hub. The scores are the
model's entailment scores of the four hypotheses, as shares of one: zero-shot, so not calibrated on any label.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sentiment.errors import ModelError
from sentiment.records import STANCES, Stance
from sentiment.stance.backends import BackendOptions
from sentiment.stance.backends.hypotheses import Wording, wording

if TYPE_CHECKING:
    from sentiment.stance.tag import Item
    from sentiment.stance.target import Target

PAIRS = 32
"""Sentence pairs per forward pass, where nothing else is asked for: eight comments."""
LONGEST_TEXT = 8_000
"""Characters of a comment that are looked at; more than any of these models reads."""
SUGGESTION = "MoritzLaurer/mDeBERTa-v3-base-mnli-xnli"


class NliBackend:
    """An entailment model asked about four hypotheses per comment.

    Args:
        target: What the stance is toward.
        tokenizer: A Hugging Face tokenizer.
        model: A Hugging Face sequence-classification model.
        name: What stands in a row: ``nli:MODEL@REVISION``.
        pairs: Sentence pairs per forward pass.

    Raises:
        ModelError: The model has no label that means entailment.
    """

    at_once = 256

    def __init__(self, target: Target, tokenizer: Any, model: Any, name: str, *, pairs: int = PAIRS) -> None:
        self.name = name
        self._target, self._tokenizer, self._model, self._pairs = target, tokenizer, model, pairs
        self._entailment = entailment_index(model.config.id2label)
        self._longest = _longest(tokenizer, model.config)
        self._wordings: dict[str, Wording] = {}

    def classify(self, items: Sequence[Item], *, reasons: bool = False) -> list[Stance]:
        """One stance per comment, in order, in any language that the model reads."""
        out = [Stance(None, source="none", reasons=("no words",), model=self.name) for _ in items]
        places = [place for place, item in enumerate(items) if item.text.strip()]
        pairs: list[tuple[str, str]] = []
        for place in places:
            item, words = items[place], self._wording(items[place].language)
            premise = words.premise(item.text[:LONGEST_TEXT], title=item.title, parent=item.parent_text)
            pairs += [(premise, hypothesis) for hypothesis in words.hypotheses]
        for row, place in zip(self._shares(pairs), places, strict=True):
            best = max(range(len(STANCES)), key=row.__getitem__)
            why = (f"entails: {self._wording(items[place].language).hypotheses[best]}",) if reasons else ()
            out[place] = Stance(STANCES[best], row, "model", why, model=self.name)
        return out

    def _wording(self, language: str) -> Wording:
        if language not in self._wordings:
            made = wording(self._target, language)
            longest = max(len(self._tokenizer("", sentence)["input_ids"]) for sentence in made.hypotheses)
            if longest > self._longest // 2:
                raise ModelError(
                    f"{self.name} reads {self._longest} tokens at once and a hypothesis alone has {longest}: "
                    "shorten the target's statement or [hypothesis] sentences, or choose another model"
                )
            self._wordings[language] = made
        return self._wordings[language]

    def _shares(self, pairs: list[tuple[str, str]]) -> list[tuple[float, float, float, float]]:
        """Entailment of each comment's four hypotheses, as shares of one."""
        import torch

        scores = torch.empty(len(pairs), dtype=torch.float64)
        order = sorted(range(len(pairs)), key=lambda place: len(pairs[place][0]))  # like lengths waste no padding
        with torch.inference_mode():
            for start in range(0, len(order), self._pairs):
                part = order[start : start + self._pairs]
                encoded = self._tokenizer(
                    [pairs[place][0] for place in part],
                    [pairs[place][1] for place in part],
                    padding=True,
                    truncation="only_first",  # the hypothesis stays whole
                    max_length=self._longest,
                    split_special_tokens=True,  # a comment that spells "[SEP]" has written five letters, no separator
                    return_tensors="pt",
                )
                logits = self._model(**encoded.to(self._model.device)).logits[:, self._entailment]
                scores[torch.tensor(part)] = logits.to("cpu", torch.float64)
        shares = torch.softmax(scores.reshape(-1, len(STANCES)), dim=1)
        return [tuple(map(float, row)) for row in shares]  # type: ignore[misc]


def entailment_index(id2label: dict[Any, str]) -> int:
    """The output that means entailment, found by its name.

    Raises:
        ModelError: None is called so, or several are; generic names such as LABEL_2 are not guessed at.
    """
    names = {int(place): str(name).strip().lower().replace("-", "_") for place, name in id2label.items()}
    found = [place for place, name in names.items() if name in ("entailment", "entails", "entail")]
    if len(found) != 1:
        raise ModelError(
            f"the model's labels are {', '.join(map(str, id2label.values()))}; an NLI model has one called entailment: "
            f"choose another, such as {SUGGESTION}, or name its labels in id2label of its config.json"
        )
    return found[0]


def load(target: Target, options: BackendOptions) -> NliBackend:
    """Load a model from a folder or from the hub.

    Raises:
        ModelError: transformers is not installed, no model was named, or it cannot be loaded as what it has to be.
    """
    if not options.model:
        raise ModelError(
            f"--backend nli needs --backend-model: a folder, or a name on the Hugging Face hub such as {SUGGESTION}"
        )
    try:
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
    except ImportError as error:
        raise ModelError(f"--backend nli needs {error.name}: pip install 'reader-sentiment[nli]'") from None
    folder = Path(options.model)
    kind: dict[str, Any] = {"trust_remote_code": False, "revision": options.revision or "main"}
    if folder.is_dir():
        kind["local_files_only"] = True
    try:
        with _quiet(bars=not folder.is_dir()):
            tokenizer = AutoTokenizer.from_pretrained(options.model, **kind)
            # safetensors only: the older weight files are pickles, and a model file is data, never code
            model, told = AutoModelForSequenceClassification.from_pretrained(
                options.model, use_safetensors=True, output_loading_info=True, **kind
            )
    except (
        Exception
    ) as error:  # transformers raises OSError, ValueError, KeyError, RuntimeError ... for one and the same
        words = " ".join(str(error).split())[:300] or type(error).__name__
        raise ModelError(f"cannot load the NLI model {options.model}: {words}") from None
    if told["missing_keys"]:
        raise ModelError(
            f"{options.model} has no trained classifier ({', '.join(sorted(told['missing_keys'])[:3])} missing); "
            f"choose a model that was trained on NLI, such as {SUGGESTION}"
        )
    model.eval().to("cuda" if torch.cuda.is_available() else "cpu")
    revision = (
        _digest(folder) if folder.is_dir() else str(getattr(model.config, "_commit_hash", None) or "unknown")[:12]
    )
    label = folder.resolve().name if folder.is_dir() else options.model
    return NliBackend(target, tokenizer, model, f"nli:{label}@{revision}", pairs=options.batch or PAIRS)


@contextmanager
def _quiet(*, bars: bool) -> Iterator[None]:
    """Errors only, since a library does not print; the bars of a long download may stay."""
    import transformers

    logging: Any = transformers.utils.logging
    level, shown = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    if not bars:
        logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if shown:
            logging.enable_progress_bar()


def _digest(folder: Path) -> str:
    """First letters of the sha256 of a model's files: the revision of one that has no other."""
    sha = hashlib.sha256()
    for path in sorted(folder.glob("*")):
        if path.suffix in (".json", ".safetensors", ".txt", ".model"):
            sha.update(path.name.encode())
            with path.open("rb") as file:
                while part := file.read(1 << 20):
                    sha.update(part)
    return sha.hexdigest()[:12]


def _longest(tokenizer: Any, config: Any) -> int:
    """Tokens that tokenizer and model can take; a tokenizer that knows no bound says 10^30."""
    bounds = [tokenizer.model_max_length, getattr(config, "max_position_embeddings", None) or 512]
    longest = int(min(bounds))
    # models of RoBERTa's family count positions from the padding's id on
    return longest - 2 if longest % 512 == 2 else longest
