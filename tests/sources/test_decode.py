from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.errors import InputError
from sentiment.sources import decode

RUSSIAN = (
    "Привет, это обычное предложение про телефоны.",
    "Не думаю, что у них получится.",
    "ПРИВЕТ ВСЕМ, КАК ДЕЛА?",
    "Мой Xiaomi Mi 8 работает отлично",
    "у них нет шансов",
)
WESTERN = (
    "Perché non è così? La città è più bella.",
    "Spero di no… è già successo",
    "Die Verkäufer hörten auf, schöne Geräte für Österreich zu führen.",
    "Ich würde nie ein chinesisches Handy kaufen – zu gefährlich!",
    "Ça va être très intéressant, n’est-ce pas ?",
    "¿Por qué no mañana? El niño comió pan.",
    "Não acho que vão conseguir, a operação é cara.",
)


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866", "iso8859-5", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", RUSSIAN)
def test_russian_without_declaration(text: str, encoding: str) -> None:
    """A Russian sentence is read right in every encoding that Russian pages were saved in."""
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
@pytest.mark.parametrize("text", WESTERN)
def test_western_without_declaration(text: str, encoding: str) -> None:
    """A sentence with a few accents is read right without a declaration."""
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize("text", [text for text in WESTERN if "…" not in text and "–" not in text and "’" not in text])
def test_latin_1(text: str) -> None:
    """Latin-1 is read as the windows-1252 that it is part of."""
    assert decode(text.encode("latin-1")).text == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Zażółć gęślą jaźń, proszę państwa o ciszę.", "cp1250"),
        ("Zażółć gęślą jaźń, proszę państwa o ciszę.", "iso8859-2"),
        ("Bu telefonun şarjı çabuk bitiyor, değil mi?", "cp1254"),
        ("Αυτό είναι ένα απλό παράδειγμα κειμένου.", "cp1253"),
        ("これは普通の文章です。携帯電話について。", "cp932"),
        ("이것은 평범한 문장입니다.", "cp949"),
    ],
)
def test_other_languages(text: str, encoding: str) -> None:
    """Polish, Turkish, Greek, Japanese and Korean are told apart as well."""
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("page", "encoding"),
    [
        ('<meta charset="windows-1251"><p>Да</p>', "cp1251"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=koi8-r"><p>Да</p>', "koi8-r"),
        ("<?xml version='1.0' encoding='windows-1251'?><a>Да</a>", "cp1251"),
        ('<meta charset="iso-8859-1"><p>“è” €</p>', "cp1252"),
        ('<meta charset="us-ascii"><p>è</p>', "cp1252"),
        ('<meta charset="gb2312"><p>小米</p>', "gb18030"),
    ],
)
def test_declaration_in_the_page(page: str, encoding: str) -> None:
    """What the page declares decides where the bytes alone would not; latin-1 means windows-1252, as in browsers."""
    decoded = decode(page.encode(encoding))
    assert (decoded.text, decoded.encoding) == (page, encoding)


def test_header_goes_before_the_page() -> None:
    """The charset that came with the bytes goes before the one inside them."""
    assert decode('<meta charset="koi8-r">Да'.encode("cp1251"), declared="windows-1251").text.endswith("Да")


@pytest.mark.parametrize(
    "declared", ["utf-8", "ascii", "iso-8859-1", "shift_jis", "utf-16", "base64", "no such", "", "idna"]
)
def test_wrong_declaration(declared: str) -> None:
    """A declaration that does not fit the bytes is ignored."""
    text = "Größe ist nicht alles, sagte Jürgen."
    assert decode(text.encode(), declared=declared).text == text
    assert decode(text.encode("cp1252"), declared=declared if declared != "iso-8859-1" else None).text == text


def test_cut_inside_a_letter() -> None:
    """UTF-8 that breaks off inside a letter, or has one wrong byte, stays UTF-8."""
    text = "Они выходят на рынок США"
    assert decode(text.encode()[:-1]).text == text[:-1] + "�"
    decoded = decode((text + ".").encode() + b"\xff" + text.encode())
    assert decoded.text == f"{text}.�{text}"


@pytest.mark.parametrize(
    "text", ["CAFÉ» PRÉ… À»", "СССР» и «Р»", "日本語“テスト”ａｂｃ ﬁ", "don’t \u0085 do", "Â", "Ã quê", "№ ½"]
)
def test_clean_text_is_left_alone(text: str) -> None:
    """Text without mojibake is not changed in any way: no quotes, widths or ligatures."""
    decoded = decode(text.encode())
    assert (decoded.text, decoded.repaired) == (text, 0)


@pytest.mark.parametrize("wrong", ["cp1252", "latin-1", "cp1251"])
@pytest.mark.parametrize("text", ["Привет, как дела", "Größe – Österreich", "I don’t think so", "смешно 😀 да"])
def test_mojibake(text: str, wrong: str) -> None:
    """Lines that were UTF-8 read as something else are mended and counted; the others stay."""
    garbled = "".join(char.encode().decode(wrong, "surrogateescape") for char in text)
    garbled = "".join(chr(ord(c) - 0xDC00) if "\udc80" <= c <= "\udcff" else c for c in garbled)
    decoded = decode(f"clean ’line’\n{garbled}\nlast".encode())
    assert decoded.text == f"clean ’line’\n{text}\nlast"
    assert decoded.repaired == 1


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\x01\x08\x06\x03\x02\x04", bytes(range(256)) * 4, bytes(5000)]
)
def test_binary(data: bytes) -> None:
    """Bytes that are not text are refused with a message."""
    with pytest.raises(InputError, match="binary"):
        decode(data)


def test_nulls_and_newlines() -> None:
    """NULs are dropped, newlines of every kind are kept."""
    assert decode(b"a\0b\r\nc\rd\n").text == "ab\r\nc\rd\n"


@given(
    st.binary(max_size=2000), st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["utf-8", "cp1251", "big5"]))
)
def test_never_raises(data: bytes, declared: str | None) -> None:
    """Whatever the bytes, there is a text or an InputError."""
    with contextlib.suppress(InputError):
        assert "\0" not in decode(data, declared=declared).text


_PLAIN = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff", include_characters="\n\r\t")


@given(st.text(_PLAIN))
def test_utf8_is_exact(text: str) -> None:
    """UTF-8 comes back exactly as it was."""
    decoded = decode(text.encode())
    assert decoded.repaired or decoded.text == text
