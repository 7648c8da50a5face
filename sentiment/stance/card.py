"""The model card: what a model is, what it was made from, how good it is, and what it must not be used for."""

from __future__ import annotations

from typing import Any

from sentiment.stance.model import FORMAT_VERSION, Model


def render_card(model: Model) -> str:
    """A model's card as Markdown."""
    meta, summary = model.meta, model.meta["card"]["summary"]
    lines = [f"# Stance model {model.name}", ""]
    if meta["target"]:
        book = f", sha256 `{meta['codebook_sha256']}`" if meta.get("codebook_sha256") else ""
        lines += [f"Target: **{meta['target']}**, codebook version {meta['codebook']}{book}.", ""]
    lines += [
        f"Tells {', '.join(model.labels)} apart, in {_languages(summary)}. A linear model over words, letters and "
        "cues, its probabilities calibrated on comments that it had not seen.",
        "",
        "## Training data",
        "",
        f"{summary['rows']} texts: " + ", ".join(f"{name} {count}" for name, count in summary["labels"].items()) + ".",
    ]
    if summary["groups"]:
        lines.append(f"{summary['groups']} groups (pages, threads or writing batches), never torn apart by a test.")
    lines += [f"Left out: {count} ({reason})." for reason, count in summary["left_out"].items()]
    if summary.get("weights"):
        least, most = summary["weights"]
        lines.append(f"A text counts {least:g} to {most:g} times in training, as its table says, and once in figures.")
    lines += _agreement(summary)
    lines += [f"sha256 of the rows: `{meta['data_sha256']}`.", ""]
    lines += ["## How good it is", "", *_quality(summary), ""]
    lines += [
        "## Settings",
        "",
        f"Penalties {', '.join(f'{C:g}' for C in summary['strengths'])} side by side, machines that lean on telling features, and naive Bayes; labels' shares "
        f"divided out to the power {summary['prior_power']:g}.",
        "",
        "| block | weight | features |",
        "|---|---|---|",
        *(f"| {name} | {block['weight']:g} | {block['features']} |" for name, block in summary["blocks"].items()),
        "",
        "## What it cannot do",
        "",
        "- Irony without a mark, allusions and private jokes: a linear model sees words, not the world.",
        "- A reply that lives from its parent is read with it only where the parent is given.",
        "- Languages it was not trained on: it says so and tags nothing.",
        "- A share counted from its tags is no estimate for an outlet until some of that outlet's comments were labelled.",
        "",
        "## What it is for, and what not",
        "",
        "Describing many comments in sum. Not for judging or profiling single persons, and not a poll: those who comment "
        "are not the public.",
        "",
        f"Format {FORMAT_VERSION}, normaliser {meta['normaliser']}, digest `{meta['digest']}`; made with "
        + ", ".join(f"{name} {version}" for name, version in meta["card"]["versions"].items())
        + f"; seed {meta['card']['seed']}.",
    ]
    return "\n".join(lines) + "\n"


def _languages(summary: dict[str, Any]) -> str:
    if summary["languages"] is None:
        return "whatever language a text has"
    return ", ".join(f"{name} ({count} texts)" for name, count in summary["languages"].items())


def _quality(summary: dict[str, Any]) -> list[str]:
    held = summary["held_out"]
    if not held:
        return ["Not measured: the settings were chosen on a part of the rows. Run `sentiment evaluate`."]
    lines = [
        "Cross-validated on the training data, which also chose the settings, so a little too good; "
        "`sentiment evaluate` measures with the settings chosen anew in every fold.",
        "",
        "| | texts | macro-F1 | 95 % interval | F1 favor and against | calibration error |",
        "|---|---|---|---|---|---|",
    ]
    for name, row in held.items():
        both = "" if row["f_avg"] is None else f"{row['f_avg']:.3f}"
        between = "–".join(f"{end:.3f}" for end in row["between"])
        lines.append(f"| {name} | {row['n']} | {row['macro_f1']:.3f} | {between} | {both} | {row['ece']:.3f} |")
    return [*lines, "", "Intervals by drawing whole groups again and again (bootstrap, 1,000 times)."]


def _agreement(summary: dict[str, Any]) -> list[str]:
    found = summary["agreement"]
    if not found:
        return ["Agreement of readers: unknown, the table has no labels of two independent readers."]
    told = [f"{name} {row['raw']:.3f} ({_kappa(row['kappa'])}, {row['n']} texts)" for name, row in found.items()]
    return ["Two independent readers gave the same label to this share of the texts: " + "; ".join(told) + "."]


def _kappa(value: float | None) -> str:
    return "kappa undefined: one label only" if value is None else f"kappa {value:.3f}"
