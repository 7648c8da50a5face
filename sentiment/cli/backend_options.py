"""The options that choose a stance backend, the same for every command that tags comments, and the word before a run that costs.

A command takes them as one object: ``@takes_backend`` replaces its parameter ``backend`` by the options below.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sentiment.cli.choices import takes

if TYPE_CHECKING:
    from sentiment.stance.backends import BackendOptions
    from sentiment.stance.backends.plan import Plan

_PANEL = "Stronger backends"
_USED = {
    "linear": set[str](),
    "nli": {"model", "revision", "batch"},
    "llm": {
        *("model", "base_url", "codebook", "batch", "concurrency", "timeout", "max_requests", "price", "cache"),
        *("dry_run", "yes"),
    },
}
"""Backend -> fields of :class:`BackendChoice` that it reads."""


class BackendName(StrEnum):
    """What can tag comments."""

    linear = "linear"
    nli = "nli"
    llm = "llm"


def _option(name: str, text: str, **more: Any) -> Any:
    return typer.Option(name, help=text, rich_help_panel=_PANEL, **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendChoice:
    """What the user asked for; a field is an option."""

    name: Annotated[
        BackendName,
        _option("--backend", "linear: the trained model; nli: zero-shot entailment; llm: a language model's server."),
    ] = BackendName.linear
    model: Annotated[
        str | None, _option("--backend-model", "nli: a folder or a name on the Hugging Face hub; llm: its name there.")
    ] = None
    revision: Annotated[str | None, _option("--revision", "nli: commit, tag or branch on the hub.")] = None
    base_url: Annotated[
        str | None, _option("--base-url", "llm: an OpenAI-compatible server, such as http://localhost:11434/v1.")
    ] = None
    codebook: Annotated[
        Path | None, _option("--codebook", "llm: the codebook, if not the target's own codebook.md.")
    ] = None
    batch: Annotated[
        int | None, _option("--batch", "llm: comments per prompt; nli: sentence pairs per pass.", min=1, max=1000)
    ] = None
    concurrency: Annotated[int, _option("--concurrency", "llm: requests at once.", min=1, max=64)] = 4
    timeout: Annotated[float, _option("--timeout", "llm: seconds per request.", min=1)] = 120.0
    max_requests: Annotated[int | None, _option("--max-requests", "llm: send so many and no more.", min=0)] = None
    price: Annotated[
        str | None, _option("--price", "llm: price of a million tokens, sent and received: 0.15,0.60", metavar="IN,OUT")
    ] = None
    cache: Annotated[Path | None, _option("--cache", "llm: file that keeps the answers.")] = None
    dry_run: Annotated[bool, _option("--dry-run", "llm: say what would be sent and what it costs, and stop.")] = False
    yes: Annotated[bool, _option("--yes", "llm: send without asking.")] = False

    def options(
        self, target: str, annotations: Path, model_file: Path | None = None, *, folder: bool = False
    ) -> BackendOptions | None:
        """For the library; None stands for the linear model, in ``model_file`` if one is given.

        Args:
            target: What the stance is toward.
            annotations: Folder that holds one folder of labels per target.
            model_file: What ``--model`` names.
            folder: Whether the output is a folder of parts, which only the linear model fills.

        Raises:
            InputError: An option was given that the backend has no use for, or has a value that cannot be.
        """
        _refuse_strays(self, model_file, folder=folder)
        if self.name is BackendName.linear:
            return None
        from sentiment.stance.backends import BackendOptions

        return BackendOptions(
            name=self.name.value,
            model=self.model,
            revision=self.revision,
            batch=self.batch,
            base_url=self.base_url,
            codebook=self._codebook(target, annotations) if self.name is BackendName.llm else "",
            cache=self.cache,
            max_requests=self.max_requests,
            concurrency=self.concurrency,
            timeout=self.timeout,
            price=_price(self.price),
        )

    def confirm(self, plan: Callable[[], Plan | None]) -> None:
        """Say what a run will send, and ask. Returns if it may begin.

        Args:
            plan: Works it out; None where that cannot be known before.

        Raises:
            InputError: Nobody is there to ask, and nobody said yes.
            Exit: With ``--dry-run``, or if the answer is no.
        """
        if self.name is not BackendName.llm:
            return
        from sentiment.errors import InputError

        found = plan()
        typer.echo(
            "what standard input holds is known only when it is read" if found is None else found.line(), err=True
        )
        if self.dry_run:
            raise typer.Exit
        if self.yes or (found is not None and not found.requests):
            return
        if found is None or not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise InputError("nothing was sent: add --yes to send the comments there, or --dry-run to only see this")
        if not typer.confirm("Send?", err=True):
            raise typer.Exit(1)

    def _codebook(self, target: str, annotations: Path) -> str:
        from sentiment.stance.codebook import find_codebook, read_codebook
        from sentiment.stance.target import load_target

        if self.codebook is not None:
            return read_codebook(self.codebook)
        return find_codebook(target, load_target(target).slug, annotations)


LINEAR = BackendChoice()
"""What a command takes if the user chose nothing."""


takes_backend = takes("backend", BackendChoice)
"""Gives a command the options of :class:`BackendChoice`; it receives them as ``backend``."""


def _refuse_strays(choice: BackendChoice, model_file: Path | None, *, folder: bool) -> None:
    """An option that would be ignored is a slip, and one that could cost money or a wrong report."""
    from sentiment.errors import InputError

    for one in fields(choice):
        if one.name == "name" or getattr(choice, one.name) == one.default or one.name in _USED[choice.name]:
            continue
        option = "--backend-model" if one.name == "model" else f"--{one.name.replace('_', '-')}"
        theirs = " or ".join(name for name, used in _USED.items() if one.name in used)
        raise InputError(f"{option} is for --backend {theirs}; the backend is {choice.name}")
    if model_file is not None and choice.name is not BackendName.linear:
        raise InputError(f"--model is for --backend linear; --backend {choice.name} takes --backend-model")
    if folder and choice.name is not BackendName.linear:
        raise InputError(f"--backend {choice.name} writes one file, not a folder: name one as --output")


def _price(text: str | None) -> tuple[float, float] | None:
    from sentiment.errors import InputError

    if text is None:
        return None
    try:
        sent, received = (float(part) for part in text.split(","))
    except ValueError:
        sent = received = -1.0
    if not (0 <= sent < 1e6 and 0 <= received < 1e6):
        raise InputError(f"--price {text!r} must be two numbers, per million tokens sent and received: 0.15,0.60")
    return sent, received
