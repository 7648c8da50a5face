"""Pseudonyms and masks."""

from pathlib import Path

import pytest

from sentiment.errors import InputError
from sentiment.records import Comment, Stance
from sentiment.report.privacy import VARIABLE, mask, masked_stances, project_key, pseudonyms
from tests.report.builders import page


def author(name: str | None) -> Comment:
    """A comment by somebody."""
    return Comment("c", "p", 1, "words", author=name)


def test_a_pseudonym_is_stable_and_needs_the_key() -> None:
    """The same name on the same outlet is the same pseudonym; another key, name or outlet gives another."""
    one, other = pseudonyms(b"key"), pseudonyms(b"other key")
    here, there = page("p", 1), page("q", 1, outlet="b.example")
    first = one(here, author("Ann"))
    assert first == one(here, author("Ann"))
    assert first is not None
    assert first.startswith("reader-")
    assert "Ann" not in first
    assert len({first, other(here, author("Ann")), one(here, author("Bob")), one(there, author("Ann"))}) == 4
    assert one(here, author(None)) is None


def test_the_key_lies_outside_the_project_and_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is made once per project, readable by its owner alone, and not within the project."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    project = tmp_path / "project"
    project.mkdir()
    key = project_key(project)
    assert len(key) == 64
    assert project_key(project) == key
    assert project_key(tmp_path) != key
    assert list(project.iterdir()) == []
    (file, _) = sorted((tmp_path / "data" / "sentiment").iterdir(), key=lambda path: path.read_bytes() != key)
    assert file.stat().st_mode & 0o077 == 0


def test_a_given_key_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable sets the key, so that two machines can share a project."""
    monkeypatch.setenv(VARIABLE, "ours")
    assert project_key(tmp_path) == b"ours"


def test_a_key_that_cannot_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what else can be done."""
    monkeypatch.delenv(VARIABLE, raising=False)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    with pytest.raises(InputError, match="--authors"):
        project_key(tmp_path)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("write to ann.b@mail.example.com now", "write to [e-mail] now"),
        ("@worldpeace you are wrong", "[handle] you are wrong"),
        ("call +49 (0)30 1234-567!", "call [phone]!"),
        ("call 030/1234567", "call [phone]"),
        ("in 2018, on 01.05.2018 at 10:30, for 1.299,00", "in 2018, on 01.05.2018 at 10:30, for 1.299,00"),
        ("40 000 000 phones, 0.1234567 %", "40 000 000 phones, 0.1234567 %"),
        ("me @ home, 5 @ 3", "me @ home, 5 @ 3"),
        ("звоните 8 800, пишите на почта@пример.рф", "звоните 8 800, пишите на [e-mail]"),
    ],
)
def test_masks(text: str, shown: str) -> None:
    """Addresses, numbers and handles go; dates, prices and plain numbers stay."""
    assert mask(text) == shown


def test_reasons_do_not_tell_what_is_masked() -> None:
    """A word that decided stays unless it stands in an address or a handle alone."""
    texts = ["cheap phones, write to joe.junk@mail.example or @spyhater"]
    stance = Stance(
        "against", (0.1, 0.7, 0.1, 0.1), reasons=("joe.junk@mail.example", "junk", "@spyhater", "cheap", "price")
    )
    (found,) = masked_stances(page("p", 1, texts=texts), [stance])
    assert found.reasons == ("cheap", "price")
    assert masked_stances(page("p", 1, texts=["cheap"]), [stance]) == (stance,)
