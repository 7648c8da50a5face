"""Which column of a table holds what: by the user's word, else by the names that exports use."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

from sentiment.errors import InputError
from sentiment.sources.options import ReadOptions

# Names as they are compared: letters and digits only, lower case. The first that a table has is taken.
_USUAL = """
text        text comment commenttext commentbody commentmessage commentcontent textoriginal textdisplay message body
            content reply review kommentar commento testo commentaire texte comentario comentário texto komentarz tekst
            reactie yorum metin комментарий текст
author      author authorname authordisplayname commentauthor commentby by user username fromname nickname screenname
            profilename displayname name autor autore auteur yazar автор
date        date commentdate commentpublished createdat createdtime createdutc publishedat published commentedat created
            posted postedat timestamp timeparsed datetime time datum data fecha tarih дата
parent      parentid parent parentcommentid commentparent inreplyto inreplytoid replyto replytoid
id          commentid cid id
url         url pageurl articleurl threadurl posturl videourl storyurl articlelink link permalink
page        pageid articleid threadid postid videoid storyid linkid submissionid objectid thread
title       title pagetitle articletitle threadtitle posttitle videotitle storytitle headline titel titolo
outlet      outlet publisher newspaper publication medium website site domain
quote       quote quoted
score       score likecount likes votes commentlikecount points ups upvotes
author_url  authorurl authorchannelurl profileurl
body        articlebody articletext posttext
"""


def _names() -> dict[str, tuple[str, ...]]:
    lines = re.sub(r"\n +", " ", _USUAL.strip()).split("\n")
    return {role: tuple(names) for role, *names in map(str.split, lines)}


_NAMES = _names()
_LONGEST_HEADER = 100_000
_ASKED = ("text", "outlet", "author", "date", "parent", "url", "title", "id")

EXPORT = frozenset(("page_id", "comment_id", "position", "text"))
"""Columns by which our own export is known."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Role to the name of its column, for the roles that a table has."""

    by_role: dict[str, str]
    ours: bool = False
    """The table is our own export."""

    def get(self, row: dict[str, object], role: str) -> object:
        """A cell by its role; an empty text where there is none."""
        value = row.get(self.by_role.get(role, ""))
        return "" if value is None or value != value else value

    def text(self, row: dict[str, object], role: str) -> str:
        """A cell as text."""
        return str(self.get(row, role)).strip()


def choose(names: Iterable[str], options: ReadOptions) -> Columns:
    """Find the columns of a table.

    Raises:
        InputError: a column that was asked for is not there, or none holds text; the message names those that are.
    """
    present = [name for name in names if name]
    plain = {_plain(name): name for name in reversed(present)}
    by_role: dict[str, str] = {}
    for role in _ASKED:
        if asked := getattr(options, role):
            by_role[role] = _asked(asked, present)
    for role, usual in _NAMES.items():
        if role not in by_role and (found := _usual(usual, plain, set(by_role.values()))):
            by_role[role] = found
    if "text" not in by_role:
        raise InputError(
            f"a table without a column of comments; columns found: {_listed(present)}; name it: --text COLUMN"
        )
    return Columns(by_role, set(present) >= EXPORT)


def is_table(text: str) -> bool:
    """Whether a text begins as a table of comments does: with names of columns, several known, and a row as wide."""
    text = text.lstrip("\ufeff")[:_LONGEST_HEADER]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(first_line(text)))
    try:
        cells, row = next(rows, []), next(rows, [])
    except csv.Error:
        return False
    if len(cells) < 2 or len(row) != len(cells) or any(len(cell) > 40 or not cell.strip() for cell in cells):
        return False
    known = {role for role, usual in _NAMES.items() for cell in cells if _plain(cell) in usual}
    return "text" in known and len(known) >= max(2, len(cells) // 3)


def first_line(text: str) -> str:
    """The text before the first line end of any kind."""
    return re.split(r"[\r\n]", text[:_LONGEST_HEADER], maxsplit=1)[0]


def delimiter(line: str) -> str:
    """What stands between the cells of a header: spreadsheets write ``;`` where the comma is a decimal sign."""
    bare = re.sub(r'"[^"]*"', "", line)
    return max(",;\t|", key=bare.count)


def _asked(asked: str, present: list[str]) -> str:
    if asked in present:
        return asked
    for name in present:
        if name.strip().lower() == asked.strip().lower():
            return name
    raise InputError(f"no column {asked!r}; columns found: {_listed(present)}")


def _usual(usual: tuple[str, ...], plain: dict[str, str], taken: set[str]) -> str | None:
    return next((plain[name] for name in usual if name in plain and plain[name] not in taken), None)


def _plain(name: str) -> str:
    # "snippet.topLevelComment.snippet.textDisplay" is known by its end
    return re.sub(r"[\W_]+", "", name.rpartition("snippet.")[2].lower())


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 30} more" if len(names) > 30 else ""
    return ", ".join(names[:30]) + more if names else "none"
