"""The markup around synthetic pages: what a WordPress theme, a news site with its own comments, and a forum send.

Each function gives a whole page; the clutter (menus, scripts, teasers, footer) is the size that real pages have.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from html import escape

Comments = Sequence[tuple[str, str]]
Shape = Callable[[random.Random, str, str, list[str], Comments, int], str]

_STYLE = "".join(f".c{n}{{margin:{n}px;padding:{n % 7}px;color:#{n * 997 % 4096:03x}}}\n" for n in range(120))
_SCRIPT = "".join(f"window.q{n}=function(a,b){{return a*{n}+b}};\n" for n in range(150))
_WORDS = {
    "en": ("Comments", "Reply", "News", "More stories", "says:"),
    "it": ("Commenti", "Rispondi", "Notizie", "Leggi anche", "dice:"),
    "de": ("Kommentare", "Antworten", "Nachrichten", "Mehr zum Thema", "sagt:"),
    "ru": ("Комментарии", "Ответить", "Новости", "Читайте также", "говорит:"),
}


def _frame(language: str, title: str, main: str, number: int, host: str) -> str:
    word = _WORDS[language]
    menu = "".join(f'<li class="menu-item"><a href="/section/{n}">{word[2]} {n}</a></li>' for n in range(30))
    teasers = "".join(
        f'<div class="teaser"><a href="/{n}"><img src="/i/{n}.jpg" alt=""><h4>{word[3]} {n}</h4></a></div>'
        for n in range(15)
    )
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<link rel="canonical" href="https://{host}/2016/05/{number}/"><style>{_STYLE}</style>'
        f'<meta property="article:published_time" content="2016-05-{number % 28 + 1:02d}T10:00:00+00:00">'
        f"<script>{_SCRIPT}</script></head><body><header><nav><ul>{menu}</ul></nav></header>"
        f'{main}<aside class="sidebar"><h3>{word[3]}</h3>{teasers}</aside>'
        f"<footer><p>© 2016 {host}</p><ul>{menu}</ul></footer><script>{_SCRIPT}</script></body></html>"
    )


def _article(title: str, body: list[str]) -> str:
    return f'<h1 class="entry-title">{escape(title)}</h1>' + "".join(f"<p>{escape(part)}</p>" for part in body)


def wordpress(
    chance: random.Random, language: str, title: str, body: list[str], comments: Comments, number: int
) -> str:
    """The list that WordPress themes make."""
    word = _WORDS[language]
    items = "".join(
        f'<li id="comment-{number}{n}" class="comment even depth-1"><article class="comment-body"><footer class="comment-meta">'
        f'<div class="comment-author vcard"><img class="avatar" src="/a/{n}.png" alt=""><b class="fn">{escape(who)}</b> '
        f'<span class="says">{word[4]}</span></div><div class="comment-metadata"><a href="#comment-{number}{n}">'
        f'<time datetime="2016-05-{chance.randrange(1, 28):02d}T{n % 24:02d}:15:00+00:00">2016</time></a></div></footer>'
        f'<div class="comment-content"><p>{escape(text)}</p></div><div class="reply"><a class="comment-reply-link" href="#r{n}">'
        f"{word[1]}</a></div></article></li>"
        for n, (who, text) in enumerate(comments)
    )
    main = (
        f'<main><article class="post"><div class="entry-content">{_article(title, body)}</div></article>'
        f'<div id="comments" class="comments-area"><h2 class="comments-title">{len(comments)} {word[0]}</h2>'
        f'<ol class="comment-list">{items}</ol></div></main>'
    )
    return _frame(language, title, main, number, f"blog{number % 7}.example.org")


def own(chance: random.Random, language: str, title: str, body: list[str], comments: Comments, number: int) -> str:
    """A news site with comments of its own making."""
    word = _WORDS[language]
    items = "".join(
        f'<div class="cmt-item" data-id="{n}"><div class="cmt-head"><span class="cmt-user">{escape(who)}</span>'
        f'<span class="cmt-date">{chance.randrange(1, 28)}.05.2016 {n % 24:02d}:15</span></div><div class="cmt-text">{escape(text)}'
        f'</div><div class="cmt-tools"><a href="#">{word[1]}</a><span class="votes">{n % 9}</span></div></div>'
        for n, (who, text) in enumerate(comments)
    )
    main = (
        f'<div class="content"><div class="story">{_article(title, body)}</div><section class="user-comments">'
        f"<h3>{word[0]} ({len(comments)})</h3>{items}</section></div>"
    )
    return _frame(language, title, main, number, f"news{number % 11}.example.com")


def forum(chance: random.Random, language: str, title: str, body: list[str], comments: Comments, number: int) -> str:
    """A forum thread: the opening post is the article."""
    posts = [("starter", body[0]), *comments]
    items = "".join(
        f'<div id="p{number}{n}" class="post bg{n % 2}"><div class="postprofile"><dl><dt><a class="username" href="/u/{n}">'
        f'{escape(who)}</a></dt></dl></div><div class="postbody"><p class="author">by <strong>{escape(who)}</strong> » '
        f'{chance.randrange(1, 28)} May 2016, {n % 24:02d}:15</p><div class="content">{escape(text)}</div></div></div>'
        for n, (who, text) in enumerate(posts)
    )
    main = f'<div id="page-body"><h2 class="topic-title">{escape(title)}</h2>{items}</div>'
    return _frame(language, title, main, number, f"forum{number % 3}.example.net")


SHAPES: tuple[Shape, ...] = (wordpress, own, forum)
