"""Links in plain text: their words stay, their addresses are kept beside the line and leave its words.

Three forms: ``[ann](/members/7)`` of Markdown, ``[ann][7]`` with ``[7]: address`` somewhere below, and ``[7]ann`` with a numbered
list of addresses at the end, as text browsers dump a page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from sentiment.threads.people import AUTHOR_HREF
from sentiment.threads.text.words import words

if TYPE_CHECKING:
    from sentiment.threads.text.lines import Line

LONGEST_LINKED = 20_000
"""Longer lines are prose; no pattern is tried on them."""
USED = 0.3
"""Share of a list of addresses whose numbers stand in the text, for the list to be what those numbers mean."""
MENU, MENU_LEAST = 0.3, 5
"""Share and number of items of lists that are a link and nothing else; in lists that people type they are few."""
NESTED = 3
"""Rounds in which links are resolved: a picture is a link's words in the second."""

_TARGET = r"<[^<>\n]{0,2000}>|(?:[^\s()<>]|\([^\s()]{0,200}\)){0,2000}"
_TITLED = r"(?:\s+(?:\"[^\"]{0,300}\"|'[^']{0,300}'))?"
_INLINE = re.compile(rf"(?P<picture>!?)\[(?P<label>(?:\\.|[^\[\]\\]){{0,500}})\]\((?P<target>{_TARGET}){_TITLED}\)")
_BY_KEY = re.compile(r"(?P<picture>!?)\[(?P<label>(?:\\.|[^\[\]\\]){0,500})\]\[(?P<key>[^\[\]]{0,100})\]")
_AUTO = re.compile(r"<((?:https?|ftp)://[^\s<>]{1,2000}|[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4})>")
_DEFINED = re.compile(r"^\s{0,3}\[(?P<key>[^\[\]^]{1,100})\]:\s+<?(?P<target>\S{1,2000}?)>?(?:\s+[\"'(].{0,300})?\s*$")
_LISTED = re.compile(
    r"^\s*(?P<number>\d{1,5})\.\s+(?P<target>(?:[a-z][a-z0-9+.-]{1,20}:|/|#|\?|\./)\S{0,2000})\s*$", re.I
)
_NUMBER = re.compile(r"\[(\d{1,5})\](?=(?P<label>[^\[\]]{0,200}))")
_ADDRESS = re.compile(r"^(?:[a-z][a-z0-9+.-]{1,20}:|/|\.{1,2}/|#|\?|[\w%~-]+[./?=]|$)", re.I)
_UNSAFE = re.compile(r"^\s*(?:javascript|data|vbscript|file|mailto)\s*:", re.I)
_HOST = re.compile(r"^[a-z][a-z0-9+.-]{1,20}://[^/]{0,300}", re.I)
_HEADED = re.compile(r"^\s{0,3}(?:#\s+(?=[^\W\d])|#{2,6}\s+)")
"""``# 3`` may be the number of a post, ``## 3 comments`` is a heading."""
_BULLET = re.compile(r"^[-*+•]\s+")
_FENCE = re.compile(r"^\s*:{3,}(?:\s*\{[^{}]*\})?\s*[\w-]*\s*$")
_BOLD = re.compile(r"(\*\*|__)(?=\S)([^*_]{1,500}?)(?<=\S)\1")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_ATTRIBUTES = re.compile(r"(?<=[\])])\{[^{}\n]{1,300}\}")


def unlink(lines: Sequence[Line]) -> None:
    """Give lines the words that a reader of the rendered page sees, and their links; lists of addresses are set aside."""
    targets = _definitions(lines) | _numbered_list(lines)
    linked = False
    for line in lines:
        if not line.aside and "[" in line.raw and len(line.raw) <= LONGEST_LINKED:
            linked = _resolve(line, targets) or linked
    if linked or any(_HEADED.match(line.raw) for line in lines):
        menus = linked and _has_menus(lines)
        for line in lines:
            _render(line, bullets=menus)


def _has_menus(lines: Sequence[Line]) -> bool:
    """Whether many items of lists are links and nothing else: a page as a clipper saves it, whose bullets are layout."""
    items = [line for line in lines if len(line.raw) <= LONGEST_LINKED and _BULLET.match(line.text)]
    whole = sum(bool(line.links) and _BULLET.sub("", line.text) == line.links[0][0] for line in items)
    return whole >= max(MENU_LEAST, MENU * len(items))


def target_of(lines: Sequence[Line], name: str, base: str | None) -> str | None:
    """The address that a header gives for its writer: of the link whose words are the name."""
    wanted = _plain(name)
    for line in lines:
        for label, target in line.links:
            if wanted and _plain(label).startswith(wanted) and target and not _UNSAFE.match(target):
                try:
                    return urljoin(base, target) if base else target
                except ValueError:  # "http://[broken"
                    return None
    return None


def people(line: Line) -> list[str]:
    """The words of those links on a line that lead to somebody's page."""
    return [label for label, target in line.links if label and AUTHOR_HREF.search(_HOST.sub("", target).lower())]


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _definitions(lines: Sequence[Line]) -> dict[str, str]:
    """``[7]: address`` anywhere in the text; those lines are nobody's words."""
    found: dict[str, str] = {}
    for line in lines:
        match = _DEFINED.match(line.raw) if "]:" in line.raw and len(line.raw) <= LONGEST_LINKED else None
        if match and _ADDRESS.match(match["target"]):
            found[match["key"].casefold()] = match["target"]
            line.aside = True
    return found


def _numbered_list(lines: Sequence[Line]) -> dict[str, str]:
    """The addresses that a text browser lists below a page, by number, if the text has those numbers in brackets."""
    found: dict[str, str] = {}
    at: list[int] = []
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        if line.blank or len(line.raw) > LONGEST_LINKED:
            continue
        if match := _LISTED.match(line.raw):
            found[match["number"]] = match["target"]
            at.append(index)
        elif not (at and line.folded in words("references")):
            break
    if not found:
        return {}
    first = at[-1]
    used = {
        number for line in lines[:first] if "[" in line.raw for number, _ in _NUMBER.findall(line.raw[:LONGEST_LINKED])
    }
    if len(used & found.keys()) < max(1, USED * len(found)):
        return {}
    start = first
    for index in range(first - 1, -1, -1):
        if lines[index].folded in words("references"):
            start = index
        elif not lines[index].blank:
            break
    for line in lines[start:]:
        line.aside = not line.blank
    return {f"\x00{number}": target for number, target in found.items()}


def _resolve(line: Line, targets: dict[str, str]) -> bool:
    """Take the addresses out of a line; whether it had links of Markdown."""
    links: list[tuple[str, str]] = []
    markdown = False

    def take(match: re.Match[str]) -> str:
        nonlocal markdown
        groups = match.groupdict()
        if groups.get("key") is None:
            target = groups["target"].strip("<>")
            if not _ADDRESS.match(target):
                return match.group()
        else:
            found = targets.get((groups["key"] or groups["label"]).casefold())
            if found is None:
                return match.group()
            target = found
        markdown = True
        if groups["picture"]:
            return groups["label"] if len(groups["label"]) <= 4 and not groups["label"].isascii() else ""
        links.append((_ESCAPED.sub(r"\1", groups["label"]).strip("*_ "), target))
        return groups["label"]

    def number(match: re.Match[str]) -> str:
        target = targets.get(f"\x00{match[1]}")
        if target is None:
            return match.group()
        links.append((re.split(r"\s{2,}", match["label"].strip())[0], target))
        return ""

    text = line.text
    for _ in range(NESTED):
        before = text
        text = _BY_KEY.sub(take, _INLINE.sub(take, text))
        if text == before:
            break
    if any(key.startswith("\x00") for key in targets):
        text = _NUMBER.sub(number, text)
    if text != line.text or links:
        line.say(text.strip(), tuple(links))
    return markdown


def _render(line: Line, *, bullets: bool) -> None:
    """Take the marks of headings, of bold type and of escaped signs from a line of Markdown."""
    text = line.text
    if len(text) > LONGEST_LINKED or not text:
        return
    if bullets:
        text = _BULLET.sub("", text)
    shown = "" if _FENCE.match(text) else _HEADED.sub("", text)
    if "<" in shown:
        shown = _AUTO.sub(r"\1", shown)
    if "{" in shown:
        shown = _ATTRIBUTES.sub("", shown)
    if "**" in shown or "__" in shown:
        shown = _BOLD.sub(r"\2", shown)
    if "\\" in shown:
        shown = _ESCAPED.sub(r"\1", shown.removesuffix("\\"))
    if shown != line.text:
        line.say(shown.strip(), line.links)
