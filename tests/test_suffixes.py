from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment import suffixes
from sentiment.suffixes import registrable

HOSTS = {
    "news.bbc.co.uk": "bbc.co.uk",
    "www.derstandard.at": "derstandard.at",
    "co.uk": "",
    "a.b.ck": "a.b.ck",  # *.ck
    "b.ck": "",
    "www.ck": "www.ck",  # !www.ck
    "x.city.kobe.jp": "city.kobe.jp",
    "someone.blogspot.com": "blogspot.com",
    "localhost": "",
    "127.0.0.1": "",
    "news.unheard-of-suffix": "",
    "www.xn--mnchen-3ya.de": "xn--mnchen-3ya.de",
    "новости.рф": "новости.рф",
    "example.com.": "example.com",
}


@pytest.mark.parametrize(("host", "domain"), HOSTS.items())
def test_registrable_domain(host: str, domain: str) -> None:
    """Rules, wildcards and exceptions of the list, names outside ASCII, and hosts that have no such domain."""
    assert registrable(host) == domain


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(["a", "www", "co", "com", "uk", "jp", "kobe", "city", "ck", "no", "gov", "10"]),
        min_size=1,
        max_size=5,
    )
)
def test_hosts_are_split_as_by_tldextract(labels: list[str]) -> None:
    """The same list gives the same answers."""
    host = ".".join(labels)
    assert registrable(host) == suffixes._asked(host)


def test_without_the_list_tldextract_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release of tldextract that keeps its list elsewhere changes nothing but the time."""
    monkeypatch.setattr(suffixes, "_rules", frozenset)
    assert registrable("news.bbc.co.uk") == "bbc.co.uk"
