"""Saved pages for the tests of backends: a title, a sentence, and comments in common markup."""

from collections.abc import Sequence


def page(comments: Sequence[str], title: str = "Xiaomi comes") -> str:
    """A page as it was saved."""
    items = "".join(
        f'<li class="comment" id="comment-{n}"><div class="comment-author"><cite class="fn">reader {n}</cite></div>'
        f'<div class="comment-content"><p>{text}</p></div></li>'
        for n, text in enumerate(comments, 1)
    )
    body = "The firm said on Monday that its phones would be sold in shops across the country from next year on."
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{title}</title></head><body><article><h1>{title}</h1>'
        f'<p>{body}</p></article><ol class="comment-list">{items}</ol></body></html>'
    )
