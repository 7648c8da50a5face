"""What is taken from a model's text, how prompts are made, where keys go: the parts of the language model's backend."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.errors import InputError, ModelError
from sentiment.records import STANCES
from sentiment.stance.backends.address import OPENAI, address, api_key, without_keys
from sentiment.stance.backends.answers import clean, read
from sentiment.stance.backends.cache import Cache
from sentiment.stance.backends.dialect import Dialect, loads
from sentiment.stance.backends.plan import Plan
from sentiment.stance.backends.prompt import messages, question, tokens
from sentiment.stance.codebook import find_codebook, read_codebook
from sentiment.stance.tag import Item

IDS = ["0a1b2c3d", "4e5f6a7b"]
BOTH = '{"id": "0a1b2c3d", "stance": "favor", "reason": "r"}, {"id": "4e5f6a7b", "stance": "against", "reason": ""}'


@pytest.mark.parametrize(
    "text",
    [
        f'{{"answers": [{BOTH}]}}',
        f"[{BOTH}]",
        f'```json\n{{"answers": [{BOTH}]}}\n```\nHope this helps {{smile}}!',
        f'<think>0a1b2c3d is {{"id": "0a1b2c3d", "stance": "against"}}</think>{{"answers": [{BOTH}]}}',
        f'{{"answers": [{BOTH}, {{"id": "ffff',
        f'{{"result": {{"answers": [{BOTH}]}}}}',
        BOTH.replace("}, {", "}\n{"),
        "0a1b2c3d: favor\n4e5f6a7b: **Against**.",
        "- `0a1b2c3d` - FAVOR (wants it)\n- `4e5f6a7b` - against (does not)",
        '{"id": "0a1b2c3d", "stance": " Favor. "} {"id": "4e5f6a7b", "stance": "AGAINST"}',
    ],
    ids=["JSON", "list", "fence", "thoughts", "torn", "nested", "lines of JSON", "plain", "bullets", "capitals"],
)
def test_forms_of_an_answer(text: str) -> None:
    """JSON with or without talk, thoughts or a torn end, and plain lines, all give the same two labels."""
    found = read(text, IDS).found
    assert {name: answer.stance for name, answer in found.items()} == {IDS[0]: "favor", IDS[1]: "against"}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("favor", "favor"),
        ("**Against**.", "against"),
        ("It is neutral", "neutral"),
        ("Stance: unrelated, a joke", "unrelated"),
        ("not in favor", None),
        ("favor? against?", None),
        ("yes", None),
    ],
)
def test_a_bare_label(text: str, label: str | None) -> None:
    """Asked about one comment, a text that names exactly one label is an answer; about two, it is none."""
    found = read(text, IDS[:1]).found
    assert (found[IDS[0]].stance if found else None) == label
    assert read(text, IDS).found == {}


@given(
    st.one_of(
        st.text(),
        st.recursive(st.none() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)).map(json.dumps),
    )
)
def test_no_text_brings_anything_else(text: str) -> None:
    """Whatever a model writes, only asked ids and the four labels come out, and nothing is raised."""
    found = read(text, IDS).found
    assert set(found) <= set(IDS)
    assert all(answer.stance in STANCES for answer in found.values())


@pytest.mark.parametrize(
    "text", ['{"a":' * 50_000, "[" * 100_000 + "{", '{"id": 1e999999, "stance": NaN}', "{" * 20_000]
)
def test_hostile_text(text: str) -> None:
    """Deep nesting and odd numbers are no answer, and take no crash to find out."""
    assert read(text, IDS).found == {}


@given(st.text())
def test_a_reason_can_be_shown_anywhere(text: str) -> None:
    """A reason is one line without control, format or surrogate signs, of bounded length; cleaning it twice changes nothing."""
    line = clean(text)
    assert len(line) <= 160
    assert line == clean(line)
    assert "\n" not in line


@given(st.text(), st.text())
def test_a_comment_comes_back_from_the_prompt_as_it_was(text: str, parent: str) -> None:
    """Whatever a comment holds, the data message is JSON with exactly one comment, and its words are unchanged."""
    asked = question(Item(text, "en", parent_text=parent), "salt")
    content = messages("rules", [asked])[1]["content"]
    told = json.loads(content)["comments"]
    assert len(told) == 1
    assert told[0].get("comment", "") == text.strip().encode("utf-8", "replace").decode()
    assert "<" not in content


def test_keys_tell_questions_apart() -> None:
    """Text, context, language and salt are all part of a question's key; moving a word between them is another question."""
    items = [Item("a b", "en"), Item("a", "en", parent_text="b"), Item("a", "en", title="b"), Item("a b", "it")]
    assert len({question(item, salt).key for item in items for salt in ("1", "2")}) == 8


def test_tokens_are_counted_roughly() -> None:
    """Letters of other alphabets weigh more than ASCII."""
    assert tokens("") == 0
    assert tokens("abcd" * 10) == 10
    assert tokens("привет") == 3


@pytest.mark.parametrize(
    "url", ["localhost:11434", "ftp://x/v1", "http://", "http://me:pw@host/v1", "http://h/v1?key=1", "http://[x"]
)
def test_addresses_that_are_none(url: str) -> None:
    """What is no http address, or holds a secret, is refused, and the secret is not repeated."""
    with pytest.raises(ModelError) as caught:
        address(url)
    assert "pw" not in str(caught.value)


def test_which_key_goes_where(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenAI's key goes to OpenAI and to the address beside it in the environment; our own variable to any server."""
    for name in ("OPENAI_BASE_URL", "SENTIMENT_LLM_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "theirs")
    assert (address(None), api_key(OPENAI), api_key("http://other/v1")) == (OPENAI, "theirs", "none")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://proxy/v1/")
    assert (address(None), api_key("http://proxy/v1"), api_key(OPENAI)) == ("http://proxy/v1", "theirs", "none")
    monkeypatch.setenv("SENTIMENT_LLM_API_KEY", "ours")
    assert api_key("http://other/v1") == "ours"


def test_messages_without_keys() -> None:
    """A key in a server's message is taken out, known or not, and the message is one short line."""
    said = without_keys("Incorrect key: s3cret-key,\nBearer abcdefgh sk-proj-123456789 " + "x" * 999, "s3cret-key")
    assert said.startswith("Incorrect key: ***, *** ***")
    assert len(said) == 200


@pytest.mark.parametrize(
    "text", [None, "", "{}", '{"shape": "xml", "bound": "", "sampling": []}', '{"shape": 1}', "[1]"]
)
def test_a_dialect_that_does_not_fit(text: str | None) -> None:
    """What the cache says about a server is checked; else it is asked for the most again."""
    assert loads(text) == Dialect()


def test_a_dialect_comes_to_an_end() -> None:
    """However often a server refuses, there is a last thing to leave out; the cache brings each step back."""
    dialect: Dialect | None = Dialect()
    steps = []
    while dialect is not None:
        assert loads(dialect.dumps()) == dialect
        steps.append(dialect)
        dialect = dialect.less("no")
    assert [step.shape for step in steps] == ["json_schema", "json_object", "text", "text"]
    assert steps[-1].parameters(10) == {}


@pytest.mark.parametrize("content", [b"not a database at all, sorry", b"SQLite format 3\x00" + b"\x00" * 100])
def test_a_file_that_is_no_cache(tmp_path: Path, content: bytes) -> None:
    """A file of something else is refused and left as it is."""
    file = tmp_path / "x.sqlite"
    file.write_bytes(content)
    with pytest.raises(ModelError, match=r"x\.sqlite"):
        Cache(file)
    assert file.read_bytes() == content


def test_the_cache_is_its_owners(tmp_path: Path) -> None:
    """Reasons paraphrase comments: no other user of the machine may read the file."""
    Cache(tmp_path / "deep" / "x.sqlite").close()
    assert (tmp_path / "deep" / "x.sqlite").stat().st_mode & 0o077 == 0


def test_plans_add_up() -> None:
    """A sum of plans has the sums of their numbers and still knows the server."""
    whole = Plan() + Plan("m", "u", 10, 4, 1, 1000, 100) + Plan("m", "u", 1, 1)
    assert (whole.model, whole.comments, whole.cached, whole.requests, whole.cost) == ("m", 11, 5, 1, None)
    assert "cost unknown" in whole.line()
    assert "0.01 at the given price" in (whole + Plan(price=(10.0, 0.0))).line()


def test_where_a_codebook_is_found(tmp_path: Path) -> None:
    """Beside the target's file first, then with its labels; none at all is an empty text, a broken one an error."""
    (tmp_path / "labels" / "x").mkdir(parents=True)
    (tmp_path / "own").mkdir()
    assert find_codebook("x", "x", tmp_path / "labels") == ""
    (tmp_path / "labels" / "x" / "codebook.md").write_text("labels", encoding="utf-8")
    assert find_codebook("x", "x", tmp_path / "labels") == "labels"
    (tmp_path / "own" / "codebook.md").write_text("own", encoding="utf-8")
    for name in ("own", "own/target.toml"):
        assert find_codebook(str(tmp_path / name), "x", tmp_path / "labels") == "own"
    (tmp_path / "own" / "codebook.md").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(InputError, match="UTF-8"):
        read_codebook(tmp_path / "own" / "codebook.md")
    (tmp_path / "own" / "codebook.md").write_text("x" * 70_000, encoding="utf-8")
    with pytest.raises(InputError, match="70,000"):
        read_codebook(tmp_path / "own" / "codebook.md")
