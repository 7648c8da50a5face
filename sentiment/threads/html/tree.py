"""An HTML page as flat lists in document order: built once, only read after that.

Everything after this module works on list indices. No parser object outlives :func:`grow`, so another HTML5 parser
can take Lexbor's place by changing one function.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import accumulate

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from sentiment.errors import InputError
from sentiment.threads.html.names import names
from sentiment.threads.html.soup import mend

BLOCKS = names(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3"
    " h4 h5 h6 header hr html li main nav ol p pre section summary table tbody tfoot thead tr ul"
)
_UNSEEN = names(
    "script style template svg math select option textarea iframe object embed audio video canvas map datalist"
    " -comment -doctype -document"
)
_VOCABULARY = re.compile(r"[^\W\d_]")
_LONGEST_KEPT = 200
"""Characters of a line that is kept: names and dates are asked for again and again, paragraphs once."""
_DIGITS = re.compile(r"[0-9]+")
_EMOJI = re.compile(r"emoji|smil|emoticon|wp-smiley|fr-emoticon", re.I)

Attributes = dict[str, str | None]
_NONE: Attributes = {}


@dataclass(eq=False)
class Tree:
    """A page in document order: node ``i`` spans ``i`` to ``end[i]`` (exclusive), its parent is ``parent[i]``.

    Text nodes have an empty ``tag`` and their words in ``text``; elements have an empty ``text``.
    """

    tag: list[str] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    attrs: list[Attributes] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    chars: list[int] = field(default_factory=lambda: [0])
    """``chars[j] - chars[i]`` is the number of characters of text in the nodes from ``i`` to ``j``."""
    linked: list[int] = field(default_factory=lambda: [0])
    """The same for the text inside links and buttons."""
    scripts: list[tuple[str, str]] = field(default_factory=list)
    """Type (or the name that it is assigned to) and text of the scripts that hold data."""
    notes: list[str] = field(default_factory=list)
    found: dict[object, list[int]] = field(default_factory=dict)
    """Selector -> the nodes that it gives, as far as it has been asked for."""
    keys: dict[int, str] = field(default_factory=dict)
    """Signs of a node's parent and of the node, as far as they have been asked for."""
    dates: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    """What may be a date at a node, as far as it has been asked for."""
    _signs: dict[int, str] = field(default_factory=dict)
    _lines: dict[int, str] = field(default_factory=dict)
    _with_attribute: dict[str, list[int]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.tag)

    def get(self, node: int, name: str) -> str:
        """An attribute of a node, empty if it is not there."""
        return self.attrs[node].get(name) or ""

    def size(self, node: int) -> int:
        """Characters of text under a node."""
        return self.chars[self.end[node]] - self.chars[node]

    def link_size(self, node: int) -> int:
        """Characters of text under a node that are inside links or buttons."""
        return self.linked[self.end[node]] - self.linked[node]

    def children(self, node: int) -> list[int]:
        """The nodes directly under a node."""
        found, at, stop = [], node + 1, self.end[node]
        while at < stop:
            found.append(at)
            at = self.end[at]
        return found

    def ancestors(self, node: int, top: int = -1) -> list[int]:
        """The elements around a node, innermost first, up to but without ``top``."""
        found, at = [], self.parent[node]
        while at >= 0 and at != top:
            found.append(at)
            at = self.parent[at]
        return found

    def classes(self, node: int) -> tuple[str, ...]:
        """The class tokens of a node."""
        return class_tokens(self.get(node, "class"))

    def sign(self, node: int) -> str:
        """Tag and class of a node without what numbers it: equal for the same place in different records."""
        known = self._signs.get(node)
        if known is None:
            known = self._signs[node] = f"{self.tag[node]}.{class_shape(self.get(node, 'class'))}"
        return known

    @cached_property
    def by_tag(self) -> dict[str, list[int]]:
        """Tag -> its elements in document order."""
        found: dict[str, list[int]] = defaultdict(list)
        for node, tag in enumerate(self.tag):
            if tag:
                found[tag].append(node)
        return dict(found)

    @cached_property
    def attribute_names(self) -> frozenset[str]:
        """The names of all attributes on the page."""
        return frozenset().union(*self.attrs)

    def with_attribute(self, name: str) -> list[int]:
        """The elements that carry an attribute, in document order."""
        if name not in self.attribute_names:  # two of three that are asked for; an index of all costs twice as much
            return []
        found = self._with_attribute.get(name)
        if found is None:
            found = self._with_attribute[name] = [node for node, attrs in enumerate(self.attrs) if name in attrs]
        return found

    @cached_property
    def by_id_shape(self) -> dict[str, list[int]]:
        """The id attribute with ``N`` for every number -> the elements that carry it, in document order."""
        found: dict[str, list[int]] = {}
        for node in self.with_attribute("id"):
            found.setdefault(_DIGITS.sub("N", self.attrs[node]["id"] or ""), []).append(node)
        return found

    @cached_property
    def by_class_text(self) -> dict[str, list[int]]:
        """Whole class attribute -> the elements that carry it."""
        found: dict[str, list[int]] = {}
        for node in self.with_attribute("class"):
            found.setdefault(self.attrs[node]["class"] or "", []).append(node)
        return found

    @cached_property
    def class_names(self) -> dict[str, list[list[int]]]:
        """Class token -> for each class attribute that has it the elements that carry that."""
        found: dict[str, list[list[int]]] = {}
        for text, nodes in self.by_class_text.items():
            for token in class_tokens(text):
                found.setdefault(token, []).append(nodes)
        return found

    def with_class(self, token: str) -> list[int]:
        """The elements that carry a class token, in document order."""
        lists = self.class_names.get(token)
        if lists is None:
            return []
        if len(lists) > 1:  # joined when it is asked for: few are
            lists[:] = [sorted({node for nodes in lists for node in nodes})]
        return lists[0]

    def within(self, nodes: list[int], start: int, stop: int) -> list[int]:
        """Those of some ordered nodes that lie from ``start`` to ``stop``."""
        return nodes[bisect_left(nodes, start) : bisect_left(nodes, stop)]

    def words(self, node: int, skip: frozenset[int] | set[int] = frozenset()) -> str:
        """The text under a node as a reader sees it: a line per block and break, emoji kept, one space otherwise."""
        return self.render([(node, self.end[node])], skip)

    def line(self, node: int) -> str:
        """The text under a node on one line."""
        last = self.end[node] - 1
        if last == node + (self.tag[node] != "") and not self.tag[last]:  # most have one text and nothing else
            return " ".join(self.text[last].split())
        known = self._lines.get(node)
        if known is None:
            known = " ".join("".join(self._pieces(node, self.end[node], frozenset())).split())
            if len(known) <= _LONGEST_KEPT:
                self._lines[node] = known
        return known

    def head(self, node: int, size: int) -> str:
        """The first characters of the text under a node, on one line."""
        stop, chars, wanted = self.end[node], self.chars, self.chars[node] + 2 * size
        if chars[stop] > wanted:  # enough of it, even if half is spaces
            stop = max(bisect_left(chars, wanted, node, stop), node + 1)
        return " ".join("".join(self._pieces(node, stop, frozenset())).split())[:size]

    def render(self, spans: list[tuple[int, int]], skip: frozenset[int] | set[int] = frozenset()) -> str:
        """The text of some spans without the nodes (and all that is under them) in ``skip``."""
        pieces: list[str] = []
        for start, stop in spans:
            pieces.extend(self._pieces(start, stop, skip))
            pieces.append("\n")
        lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
        return "\n".join(line for line in lines if line)

    def _pieces(self, start: int, stop: int, skip: frozenset[int] | set[int]) -> list[str]:
        pieces: list[str] = []
        open_blocks: list[int] = []
        tags, texts, ends = self.tag, self.text, self.end
        at = start
        while at < stop:
            while open_blocks and open_blocks[-1] <= at:
                open_blocks.pop()
                pieces.append("\n")
            if at in skip:
                at = ends[at]
                pieces.append(" ")
                continue
            tag = tags[at]
            if not tag:
                text = texts[at]
                pieces.append(self._run(at) if "\n" in text else text)
            elif tag in BLOCKS:
                pieces.append("\n")
                open_blocks.append(ends[at])
            elif tag == "br":
                pieces.append("\n")
            elif tag in ("td", "th"):
                pieces.append(" ")
            elif tag == "img":
                pieces.append(self._emoji(at))
            at += 1
        return pieces

    def _run(self, node: int) -> str:
        text = self.text[node]
        return text if self.tag[self.parent[node]] in ("pre", "code") else text.replace("\n", " ")

    def _emoji(self, node: int) -> str:
        attrs = self.attrs[node]
        alt = attrs.get("alt") or ""
        if not alt or len(alt) > 24:
            return ""
        drawn = len(alt) <= 8 and not alt.isascii() and not _VOCABULARY.search(alt)
        marked = any(_EMOJI.search(attrs.get(name) or "") for name in ("class", "src"))
        return alt if drawn or (marked and not alt.isalpha()) else ""


@lru_cache(maxsize=50_000)
def class_tokens(text: str) -> tuple[str, ...]:
    """The tokens of a class attribute."""
    return tuple(text.split())


_COUNTING = names("odd even alt first last active current new unread bypostauthor byuser thread-alt")


@lru_cache(maxsize=50_000)
def class_shape(text: str) -> str:
    """A class attribute without numbers and without tokens that alternate from record to record."""
    return " ".join(t for t in text.split() if t not in _COUNTING and not any(c.isdigit() for c in t))


def grow(content: str) -> Tree:
    """Parse a page, mended and bounded by :func:`~sentiment.threads.html.soup.mend`, into flat lists.

    Raises:
        InputError: If the parser cannot make a tree of it.
    """
    source = mend(content)
    tree = Tree(notes=source.notes, scripts=source.scripts)
    try:
        parser = LexborHTMLParser(source.text)
    except (SelectolaxError, ValueError, MemoryError) as error:
        raise InputError(f"the page cannot be parsed as HTML ({error}); save it again, or as text") from error
    _fill(tree, parser)
    return tree


def _fill(tree: Tree, parser: LexborHTMLParser) -> None:
    """The adapter: everything that knows the parser's own objects.

    Most of a page's time passes here, a microsecond a node: what can be worked out later from whole lists is.
    """
    if parser.root is None:
        return
    tags, parents, attributes, texts, ends = tree.tag, tree.parent, tree.attrs, tree.text, tree.end
    add_tag, add_parent, add_attributes, add_text = tags.append, parents.append, attributes.append, texts.append
    add_end = ends.append
    links: list[int] = []
    open_elements: list[LexborNode] = []
    node, parent, last_text, spaced = parser.root, -1, -1, True
    while True:  # by first child and next sibling: a third less than a walk that has to ask every node for its parent
        tag = node.tag
        place = len(tags)
        if tag == "-text":
            text = node.text_content or ""
            if (text and not text.isspace()) or tags[-1] == "img":
                last_text, spaced = place, text[-1:] == " "
                add_tag("")
                add_attributes(_NONE)
                add_text(text)
                add_parent(parent)
                add_end(place + 1)
            elif not spaced:  # two of five nodes are empty
                texts[last_text] += " "
                spaced = True
        elif tag and tag not in _UNSEEN:
            if tag == "a" or tag == "button":
                links.append(place)
            add_tag(tag)
            add_attributes(node.attributes or _NONE)
            add_text("")
            add_parent(parent)
            add_end(place + 1)
            child = node.first_child
            if child is not None:
                open_elements.append(node)
                node, parent = child, place
                continue
        following = node.next
        while following is None and parent >= 0:
            node = open_elements.pop()
            ends[parent] = len(tags)
            parent = parents[parent]
            following = node.next if parent >= 0 else None
        if following is None:
            break
        node = following
    _measure(tree, links)


def _measure(tree: Tree, links: list[int]) -> None:
    """The sums of characters, from the texts and from where the links are."""
    sizes = [_size(text) if text else 0 for text in tree.text]
    linked = [0] * len(sizes)
    for link in links:
        linked[link : tree.end[link]] = sizes[link : tree.end[link]]
    tree.chars = list(accumulate(sizes, initial=0))
    tree.linked = list(accumulate(linked, initial=0))


def _size(text: str) -> int:
    """Characters of a text without what the source is indented by; short ones, most of all, as they are."""
    if len(text) < 40:
        return len(text)
    if "\n" in text or "  " in text:
        return len(" ".join(text.split()))
    return len(text.strip())
