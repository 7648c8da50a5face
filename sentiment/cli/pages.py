"""One page for a person's eyes, and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from sentiment.records import Page


def to_dict(page: Page) -> dict[str, Any]:
    """Everything that was found, dates as ISO 8601."""
    return {key: _plain(value) for key, value in asdict(page).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def print_page(page: Page, *, explain: bool) -> None:
    """Body and comments, apart by colour in a terminal."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False, emoji=False, markup=False)

    def say(text: str, style: str = "", indent: int = 0) -> None:
        console.print(Padding(Text(text, style=style), (0, 0, 0, indent)) if indent else Text(text, style=style))

    say(page.title or "(no title)", "bold")
    facts = [page.outlet, page.language, page.author, page.published and str(page.published)]
    say(" · ".join(str(fact) for fact in facts if fact), "dim")
    say(page.source, "dim")
    say("")
    say(page.body or "(no body)", "blue")
    say("")
    say(f"{len(page.comments)} comment{'' if len(page.comments) == 1 else 's'}", "bold")
    places = {comment.id: comment.position for comment in page.comments}
    for comment in page.comments:
        indent = 2 * min(comment.depth, 8)
        who = [
            f"{comment.position}.",
            comment.author,
            comment.date and comment.date.strftime("%Y-%m-%d %H:%M"),
            comment.language,
        ]
        answers = f"answers {places[comment.parent_id]}" if comment.parent_id in places else None
        say("")
        say(" · ".join(str(fact) for fact in [*who, answers] if fact), "dim", indent)
        if comment.quote:
            say("> " + comment.quote.replace("\n", "\n> "), "dim italic", indent)
        say(comment.text, "green", indent)
    if explain:
        evidence = page.evidence
        say("")
        say(f"rule: {evidence.rule}; confidence {evidence.confidence:.2f}", "bold")
        for note in evidence.notes:
            say(note)
        if evidence.published_from:
            say(f"published: from the {evidence.published_from}")
        say(f"{len(evidence.boilerplate)} lines taken for boilerplate:")
        for line in evidence.boilerplate:
            say(line, "dim strike" if console.is_terminal else "", 2)
    say("")
