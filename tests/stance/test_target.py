"""Targets are data: what is not in the file is not in the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sentiment.stance
from sentiment.errors import TargetError
from sentiment.stance.target import Target, list_targets, load_target, new_target


def test_the_packaged_target_is_rich(target: Target) -> None:
    """Four languages, and dozens of words per language for what readers say."""
    assert list_targets() == ["xiaomi-us"]
    assert set(target.languages) == {"en", "it", "de", "ru"}
    for language in target.languages:
        assert sum(len(words.get(language, ())) for words in target.cues.values()) > 300
        assert all(words.get(language) for words in target.reasons.values())


def test_no_target_in_the_code() -> None:
    """No module knows a brand; the name of the target that is taken by default stands in one place, and in an example."""
    root = Path(sentiment.stance.__file__).parents[1]
    found = [
        line.strip()
        for path in sorted(root.rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"xiaomi|huawei|redmi|oneplus|сяоми", line, re.IGNORECASE)
    ]
    allowed = ('DEFAULT_TARGET = "xiaomi-us"', 'epilog="Example: sentiment targets show xiaomi-us"')
    assert [line for line in found if not any(one in line for one in allowed)] == []


def test_unknown_names_tell_the_known_ones() -> None:
    """A slip of the pen is answered with what there is."""
    with pytest.raises(TargetError, match="known: xiaomi-us"):
        load_target("xiaomi-uk")
    with pytest.raises(TargetError, match="not there"):
        load_target("nowhere/target.toml")


def test_new_target_can_be_loaded(tmp_path: Path) -> None:
    """The skeleton is a valid target, by folder and by file, and is not written over."""
    folder = new_target("wind-farm", tmp_path)
    assert load_target(folder).slug == "wind-farm"
    made = load_target(folder / "target.toml")
    assert made.slug == "wind-farm"
    assert {"aliases", "allies", "opponents", "rivals", "regulators"} <= set(made.entities)
    assert {"wish", "refusal", "success", "failure"} <= set(made.cues)
    assert made.reasons
    assert "target: wind-farm" in (folder / "codebook.md").read_text(encoding="utf-8")
    with pytest.raises(TargetError, match="already there"):
        new_target("wind-farm", tmp_path)
    with pytest.raises(TargetError, match="not a slug"):
        new_target("../Wind Farm", tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("slug = ", "not valid TOML"),
        ("slug = 'a'", "lacks 'name'"),
        ("slug = 'A b'\nname = 'x'\ncodebook = '1'\n[statement]\nen = 'x'", "lower-case"),
        ("slug = 'a'\nname = 'x'\ncodebook = '1'\nstatement = 'x'", "must be a table"),
        ("slug = 'a'\nname = 'x'\ncodebook = '1'\n[statement]\nen = 'x'\n[cues.wish]\nen = 'want'", "must be a list"),
        (
            "slug = 'a'\nname = 'x'\ncodebook = '1'\n[statement]\nen = 'x'\n[cues]\nwish = ['want']",
            "words per language",
        ),
    ],
)
def test_a_wrong_file_is_told_what_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    """Each mistake in a target file gets its own sentence."""
    path = tmp_path / "t.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TargetError, match=words):
        load_target(path)
