"""Bad and large input: bounded time, a page or nothing, never an exception."""

import time

import pytest

from sentiment.records import Document
from sentiment.threads.text import read_text

POST = "ann{0}\nMember\nPosts: {0}\n5 May 2018 10:0{1}\nI think that number {0} is a fine thing to say.\nReply\n"


def thread(posts: int) -> str:
    """A thread with so many posts."""
    return "A title\n" + "".join(POST.format(i, i % 10) for i in range(posts))


def seconds(text: str) -> float:
    """Processor time to read a text."""
    start = time.process_time()
    read_text(Document("x", text))
    return time.process_time() - start


def test_time_grows_with_the_size() -> None:
    """Four times the posts cost about four times as much, not sixteen times."""
    seconds(thread(50))  # the tables are read once
    assert seconds(thread(2000)) < 8 * seconds(thread(500)) + 0.5


def test_every_post_of_a_long_thread() -> None:
    """A thread of 2,000 posts gives 1,999 comments below its opening post."""
    assert len(read_text(Document("x", thread(2000))).comments) == 1999


@pytest.mark.parametrize(
    "text",
    [
        "", "\n\n", "\0\0\n\0", "a" * 2_000_000, "word and word. " * 100_000, "ab\n" * 20_000, "Comments\n" * 5_000,
        ("[a](" * 4_000 + "\n") * 20, ("[a][" * 4_000 + "\n") * 20, "[ann](/u/1)\n" * 5_000, "**a" * 6_000 + "](x)\n# a\n",
        "[1]ann\n" * 5_000 + "References\n" + "".join(f"{i}. /u/{i}\n" for i in range(5_000)), "├── ann: yes\n" * 5_000,
        "1. ann\n" * 5_000, "ann says:\n" * 5_000, "> " * 100_000, "5 May 2018\n" * 5_000, "\ud800 says:\nyes\n" * 50, "\u202e\u200b\n" * 1000,
    ],
    ids=range(19),
)  # fmt: skip
def test_bad_input(text: str) -> None:
    """Nothing that is only strange takes long or raises."""
    assert seconds(text) < 10
