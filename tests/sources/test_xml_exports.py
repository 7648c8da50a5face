from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sentiment.records import Page, Skipped
from sentiment.sources import ReadOptions, read
from sentiment.sources.blob import Item

DISQUS = """<?xml version="1.0" encoding="utf-8"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">
<category dsq:id="7"><forum>blog</forum><title>General</title></category>
<thread dsq:id="10"><id>1</id><forum>blog</forum><link>https://www.x.org/news/1</link><title>Phones</title><message />
 <createdAt>2018-03-05T09:00:00Z</createdAt><author><name>Ed</name></author><isDeleted>false</isDeleted></thread>
<thread dsq:id="11"><link>https://www.x.org/news/2</link><title>Quiet</title><isDeleted>false</isDeleted></thread>
<thread dsq:id="12"><link>https://www.x.org/news/3</link><title>Gone</title><isDeleted>true</isDeleted></thread>
<post dsq:id="101"><id/><message><![CDATA[<p>I like it.</p><p>Really &amp; truly 😀</p>]]></message>
 <createdAt>2018-03-05T10:00:00Z</createdAt><isDeleted>false</isDeleted><isSpam>false</isSpam>
 <author><name>Ann</name><isAnonymous>false</isAnonymous><username>ann</username></author><thread dsq:id="10" /></post>
<post dsq:id="102"><message><![CDATA[<blockquote>I like it.</blockquote>Not me]]></message>
 <createdAt>2018-03-05T11:00:00Z</createdAt><isDeleted>false</isDeleted><isSpam>false</isSpam>
 <author><name></name><username>bob</username></author><thread dsq:id="10" /><parent dsq:id="101" /></post>
<post dsq:id="103"><message>gone</message><isDeleted>true</isDeleted><isSpam>false</isSpam><thread dsq:id="10" /></post>
<post dsq:id="104"><message>buy!</message><isDeleted>false</isDeleted><isSpam>true</isSpam><thread dsq:id="10" /></post>
<post dsq:id="105"><message>To the one who left</message><isDeleted>false</isDeleted><isSpam>false</isSpam>
 <author><name>Cy</name></author><thread dsq:id="10" /><parent dsq:id="103" /></post>
</disqus>"""

WXR = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/{version}/">
<channel><title>Il blog</title><link>https://www.blog.it</link><wp:wxr_version>{version}</wp:wxr_version>
<item><title>Telefoni</title><link>https://www.blog.it/telefoni/</link><dc:creator>ed</dc:creator>
 <content:encoded><![CDATA[<!-- wp:paragraph --><p>Il corpo.</p>

<p>Ancora.</p>]]></content:encoded>
 <wp:post_id>5</wp:post_id><wp:post_date>2018-03-05 11:00:00</wp:post_date>
 <wp:post_date_gmt>2018-03-05 10:00:00</wp:post_date_gmt><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>
 {comments}</item>
<item><title>pic</title><wp:status>inherit</wp:status><wp:post_type>attachment</wp:post_type></item>
<item><title>Bozza</title><wp:status>draft</wp:status><wp:post_type>post</wp:post_type></item>
<item><title>Senza</title><link>https://www.blog.it/senza/</link><wp:status>publish</wp:status>
 <wp:post_type>post</wp:post_type></item>
</channel></rss>"""


def wp_comment(number: int, text: str, *, approved: str = "1", kind: str = "", parent: int = 0) -> str:
    """A comment of a WordPress export."""
    return f"""<wp:comment><wp:comment_id>{number}</wp:comment_id><wp:comment_author><![CDATA[Utente {number}]]>
 </wp:comment_author><wp:comment_author_url>https://u{number}.it</wp:comment_author_url>
 <wp:comment_date>2018-03-06 11:00:00</wp:comment_date><wp:comment_date_gmt>2018-03-06 10:00:00</wp:comment_date_gmt>
 <wp:comment_content><![CDATA[{text}]]></wp:comment_content><wp:comment_approved>{approved}</wp:comment_approved>
 <wp:comment_type>{kind}</wp:comment_type><wp:comment_parent>{parent}</wp:comment_parent></wp:comment>"""


def wxr(*comments: str, version: str = "1.2") -> str:
    """A WordPress export with these comments under its first article."""
    return WXR.replace("{version}", version).replace("{comments}", "".join(comments))


def read_text(folder: Path, text: str, name: str = "in.xml", **options: int) -> list[Item]:
    """What reading a file with this text gives."""
    (folder / name).write_text(text, encoding="utf-8")
    return list(read([folder / name], options=ReadOptions(**options)))  # type: ignore[arg-type]


def pages(items: list[Item]) -> list[Page]:
    """The pages among them."""
    return [item for item in items if isinstance(item, Page)]


def reasons(items: list[Item]) -> list[str]:
    """Why things were skipped."""
    return [item.reason for item in items if isinstance(item, Skipped)]


def test_disqus(tmp_path: Path) -> None:
    """Threads of a Disqus export are pages; what is deleted or spam is counted and never a comment."""
    items = read_text(tmp_path, DISQUS)
    first, second = pages(items)
    assert (first.url, first.outlet, first.title) == ("https://www.x.org/news/1", "x.org", "Phones")
    assert first.published == date(2018, 3, 5)
    assert [(c.author, c.text, c.quote) for c in first.comments] == [
        ("Ann", "I like it.\n\nReally & truly 😀", ""),
        ("bob", "Not me", "I like it."),
        ("Cy", "To the one who left", ""),
    ]
    assert [c.parent_id for c in first.comments] == [None, first.comments[0].id, None]
    assert first.comments[0].date == datetime(2018, 3, 5, 10, tzinfo=UTC)
    assert first.evidence.notes == (
        "1 left out: deleted",
        "1 left out: spam",
        "1 answer a comment that is not here",
    )
    assert (second.title, second.comments) == ("Quiet", ())
    assert reasons(items) == ["1 threads that are deleted"]


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_wordpress(tmp_path: Path, version: str) -> None:
    """Articles of a WordPress export are pages with their approved comments, whatever the version."""
    comments = (
        wp_comment(1, "Prima riga\nseconda riga\n\n<b>terza</b>"),
        wp_comment(2, "Vero", parent=1),
        wp_comment(3, "spam", approved="spam"),
        wp_comment(4, "attesa", approved="0"),
        wp_comment(5, "cestino", approved="trash"),
        wp_comment(6, "[...] link [...]", kind="pingback"),
        wp_comment(7, "link", kind="trackback"),
    )
    items = read_text(tmp_path, wxr(*comments, version=version))
    first, second = pages(items)
    assert (first.url, first.outlet) == ("https://www.blog.it/telefoni/", "blog.it")
    assert (first.title, first.author) == ("Telefoni", "ed")
    assert (first.body, first.published) == ("Il corpo.\n\nAncora.", date(2018, 3, 5))
    assert [(c.author, c.text, c.depth) for c in first.comments] == [
        ("Utente 1", "Prima riga\nseconda riga\n\nterza", 0),
        ("Utente 2", "Vero", 1),
    ]
    assert first.comments[0].date == datetime(2018, 3, 6, 10, tzinfo=UTC)
    assert first.comments[0].author_url == "https://u1.it"
    assert first.evidence.notes == (
        "1 left out: awaiting approval",
        "1 left out: deleted",
        "1 left out: pingback",
        "1 left out: spam",
        "1 left out: trackback",
    )
    assert (second.title, second.comments) == ("Senza", ())
    assert reasons(items) == ["1 articles that are not published (draft)"]


def test_same_ids_on_every_run(tmp_path: Path) -> None:
    """Ids do not depend on where the file is."""
    (tmp_path / "sub").mkdir()
    one, two = read_text(tmp_path, DISQUS), read_text(tmp_path / "sub", DISQUS, "other.xml")
    assert [p.comments for p in pages(one)] == [p.comments for p in pages(two)]


def test_broken_off(tmp_path: Path) -> None:
    """An export that breaks off gives what was read before, and says so."""
    items = read_text(tmp_path, DISQUS[: DISQUS.index('<post dsq:id="102"') + 40])
    assert [len(p.comments) for p in pages(items)] == [1, 0]
    assert "the XML breaks off; what was read before is kept" in reasons(items)
    items = read_text(tmp_path, wxr(wp_comment(1, "Ciao")).partition("<item><title>Senza")[0])
    assert [p.title for p in pages(items)] == ["Telefoni"]
    assert "the XML breaks off; what was read before is kept" in reasons(items)


def test_control_characters_and_entities_of_html(tmp_path: Path) -> None:
    """What WordPress writes into exports against the rules of XML does not stop the reading."""
    items = read_text(tmp_path, wxr(wp_comment(1, "a\x0bb"), wp_comment(2, "c")).replace("Il blog", "Il&nbsp;blog"))
    assert len(pages(items)[0].comments) == 2


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE disqus [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>',
        '<!DOCTYPE disqus [<!ENTITY c SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE disqus [<!ENTITY % d SYSTEM "http://127.0.0.1:9/d.dtd"> %d;]>',
    ],
)
def test_entities(tmp_path: Path, prolog: str) -> None:
    """XML that declares entities is skipped: nothing expands, no file and no address is opened."""
    text = DISQUS.replace("<disqus ", f"{prolog}<disqus ", 1).replace("I like it.", "&c;")
    assert reasons(read_text(tmp_path, text)) == [
        "XML that declares entities of its own, which is not read; expected a plain export"
    ]


def test_too_large(tmp_path: Path) -> None:
    """An export over the limit is skipped."""
    assert reasons(read_text(tmp_path, DISQUS, max_bytes=1000))[0].startswith("too large")


def test_unknown_xml(tmp_path: Path) -> None:
    """XML of another kind is skipped with the name of its root."""
    (tmp_path / "a.txt").write_text("words")
    (tmp_path / "in.xml").write_text("<?xml version='1.0'?><invoice/>")
    assert "XML of an unknown kind (<invoice>)" in reasons(list(read([tmp_path])))[0]


RSS = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Kommentare zu: Telefone</title><link>https://www.blog.de/telefone/</link>
<item><title>Von: Jürgen</title><link>https://www.blog.de/telefone/#comment-12</link>
 <dc:creator><![CDATA[Jürgen]]></dc:creator><pubDate>Mon, 05 Mar 2018 10:00:00 +0000</pubDate>
 <guid isPermaLink="false">https://www.blog.de/?p=5#comment-12</guid><description>Schön &#8211; [...]</description>
 <content:encoded><![CDATA[<p>Schön &#8211; wirklich schön.</p>]]></content:encoded></item>
<item><title>Von: Eva</title><link>https://www.blog.de/telefone/#comment-13</link><dc:creator>Eva</dc:creator>
 <description><![CDATA[<p>Nein.</p>]]></description></item>
<item><title>Von: Max zu Uhren</title><link>https://www.blog.de/uhren/#comment-14</link><dc:creator>Max</dc:creator>
 <description>Uhren!</description></item>
</channel></rss>"""

ATOM = """<?xml version='1.0' encoding='UTF-8'?><feed xmlns='http://www.w3.org/2005/Atom'
 xmlns:thr='http://purl.org/syndication/thread/1.0'><title>Comments on Phones</title>
<entry><id>tag:blogger.com,1999:blog-1.post-22</id><published>2018-03-05T10:00:00+01:00</published>
 <content type='html'>First!&lt;br /&gt;Really.</content>
 <link rel='alternate' href='https://x.blogspot.com/2018/03/p.html?showComment=1#c22'/>
 <author><name>Ann</name><uri>https://www.blogger.com/profile/1</uri></author>
 <thr:in-reply-to ref='tag:blogger.com,1999:blog-1.post-9' href='https://x.blogspot.com/2018/03/p.html'/></entry>
<entry><id>tag:blogger.com,1999:blog-1.post-23</id><published>2018-03-05T11:00:00+01:00</published>
 <content type='html'>Yes</content>
 <link rel='alternate' href='https://x.blogspot.com/2018/03/p.html?showComment=2#c23'/>
 <author><name>Bob</name></author><thr:in-reply-to ref='tag:blogger.com,1999:blog-1.post-22'/></entry>
</feed>"""

REDDIT = """<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">
<entry><author><name>/u/op</name></author><id>t3_abc</id>
 <link href="https://www.reddit.com/r/phones/comments/abc/news/" />
 <content type="html">&lt;p&gt;The post.&lt;/p&gt;</content><title>News</title>
 <updated>2018-03-05T10:00:00+00:00</updated></entry>
<entry><author><name>/u/ann</name></author><id>t1_d1</id>
 <link href="https://www.reddit.com/r/phones/comments/abc/news/d1/"/>
 <content type="html">&lt;p&gt;Fine.&lt;/p&gt;</content><title>/u/ann on News</title></entry></feed>"""


def test_comment_feed(tmp_path: Path) -> None:
    """A feed of comments gives a page for each article that they are on."""
    first, second = pages(read_text(tmp_path, RSS))
    assert (first.url, first.outlet) == ("https://www.blog.de/telefone/", "blog.de")
    assert [(c.author, c.text) for c in first.comments] == [("Jürgen", "Schön – wirklich schön."), ("Eva", "Nein.")]
    assert first.comments[0].date == datetime(2018, 3, 5, 10, tzinfo=UTC)
    assert (second.url, len(second.comments)) == ("https://www.blog.de/uhren/", 1)


def test_atom_feed(tmp_path: Path) -> None:
    """Answers in an Atom feed know what they answer, and the address is the page's, not the comment's."""
    (page,) = pages(read_text(tmp_path, ATOM))
    assert page.url == "https://x.blogspot.com/2018/03/p.html"
    assert [(c.author, c.text, c.depth) for c in page.comments] == [("Ann", "First!\nReally.", 0), ("Bob", "Yes", 1)]


def test_reddit_feed(tmp_path: Path) -> None:
    """In a post's feed the post is the article."""
    (page,) = pages(read_text(tmp_path, REDDIT))
    assert (page.title, page.body) == ("News", "The post.")
    assert [(c.author, c.text) for c in page.comments] == [("/u/ann", "Fine.")]


def test_feed_of_articles(tmp_path: Path) -> None:
    """A feed of articles holds no comments and is skipped with that reason."""
    text = RSS.replace("#comment-12", "").replace("#comment-13", "").replace("#comment-14", "")
    assert reasons(read_text(tmp_path, text)) == [
        "a feed without comments (3 articles); expected the feed of an article's comments"
    ]
