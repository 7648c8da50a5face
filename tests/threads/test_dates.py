"""Dates of posts in the forms and languages in which pages write them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment.threads.dates import date_in_url, find_date, guess_order, parse_date

NOW = datetime(2020, 5, 1, 12)  # a Friday
MINUTE = datetime(2018, 3, 5, 10, 2)


@pytest.mark.parametrize(
    "text",
    [
        "5 March 2018 10:02",
        "March 5, 2018 at 10:02 am",
        "Mon, 5th Mar '18, 10:02",
        "Posted on Monday 5 March 2018 @ 10:02",
        "Mon Mar  5 10:02:00 2018",
        "05-Mar-2018 10:02",
        "am 5. März 2018 um 10:02 Uhr",
        "Mo., 5. Mrz 2018, 10.02 Uhr",
        "lunedì 5 marzo 2018 alle ore 10:02",
        "5 mar 2018, 10:02",
        "Mar 5 mar 2018, 10:02",
        "5 марта 2018 г. в 10:02",
        "Пн, 5 мар. 2018, 10:02",
        "5-го марта 2018 года, 10:02",
        "5 de marzo de 2018 a las 10:02 h",
        "el día 5 de marzo de 2018, 10:02 a. m.",
        "lundi 5 mars 2018 à 10h02",
        "le 5 mars 2018 à 10 h 02 min",
        "5 marca 2018 o 10:02",
        "poniedziałek, 5 mar 2018, godz. 10:02",
        "5 de março de 2018 às 10:02",
        "Segunda-feira, 5 de Março de 2018 às 10h02",
        "5 maart 2018 om 10:02 uur",
        "5 mrt. 2018 10:02",
        "5 Mart 2018 Pazartesi, 10:02",
        "5 Mart 2018 saat 10:02",
        "den 5 mars 2018 kl. 10:02",
        "5. marts 2018 kl. 10.02",
        "5. mars 2018 kl. 10:02",
        "maanantaina 5. maaliskuuta 2018 klo 10.02",
        "5. března 2018 v 10:02",
        "2018. március 5. 10:02",
        "5 martie 2018 la 10:02",
        "5 березня 2018 р. о 10:02",
        "5 Μαρτίου 2018 στις 10:02 π.μ.",
        "2018年3月5日(月) 10:02",
        "2018年3月5日 上午10:02",
        "2018년 3월 5일 오전 10:02",
        "MARCH 5 2018 10:02 AM",
    ],
)
def test_a_worded_date_is_read_in_each_language(text):
    """The same minute is read from its wording in each language, with weekdays, ordinals and fillers."""
    assert parse_date(text) == MINUTE


@pytest.mark.parametrize(
    "text",
    ["1 March 2018", "1st of March 2018", "1er mars 2018", "1º de marzo de 2018", "1° marzo 2018", "March 1st, 2018"],
)
def test_ordinals_are_days(text):
    """The first of a month is read with the ordinal signs of each language."""
    assert parse_date(text) == datetime(2018, 3, 1)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("janv.", 1),
        ("févr.", 2),
        ("fevr.", 2),
        ("mrt", 3),
        ("kwi", 4),
        ("mei", 5),
        ("Mai", 5),
        ("мая", 5),
        ("Haziran", 6),
        ("juill.", 7),
        ("ago", 8),
        ("Ağu", 8),
        ("AĞUSTOS", 8),
        ("Sept.", 9),
        ("set.", 9),
        ("paź", 10),
        ("październik", 10),
        ("pazdziernika", 10),
        ("out.", 10),
        ("нояб.", 11),
        ("listopada", 11),
        ("Aralık", 12),
        ("ARALIK", 12),
        ("déc.", 12),
        ("dez", 12),
        ("décembre", 12),
    ],
)
def test_short_inflected_and_unaccented_months_are_read(text, month):
    """Months are read short, inflected, in capitals (the Turkish dotless ones too) and without accents."""
    assert parse_date(f"9 {text} 2018") == datetime(2018, month, 9)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2018-03-05", datetime(2018, 3, 5)),
        ("2018-03-05T10:02", MINUTE),
        ("2018-03-05 10:02:00.000", MINUTE),
        ("2018-03-05T10:02:00Z", MINUTE.replace(tzinfo=UTC)),
        ("2018-03-05T10:02:00+02:00", MINUTE.replace(tzinfo=timezone(timedelta(hours=2)))),
        ("20180305T100200Z", MINUTE.replace(tzinfo=UTC)),
        ("20180305", datetime(2018, 3, 5)),
        ("Mon, 05 Mar 2018 10:02:00 -0500", MINUTE.replace(tzinfo=timezone(timedelta(hours=-5)))),
        ("Mon, 05 Mar 2018 10:02:00 +0000 (UTC)", MINUTE.replace(tzinfo=UTC)),
        ("Mon, 05 Mar 2018 10:02:00 GMT", MINUTE.replace(tzinfo=UTC)),
        ("5 March 2018 10:02 EST", MINUTE.replace(tzinfo=timezone(timedelta(hours=-5)))),
        ("March 5, 2018 10:02 AM PST", MINUTE.replace(tzinfo=timezone(timedelta(hours=-8)))),
        ("05.03.2018 10:02 (CET)", MINUTE.replace(tzinfo=timezone(timedelta(hours=1)))),
        ("05.03.2018 10:02 МСК", MINUTE.replace(tzinfo=timezone(timedelta(hours=3)))),
        ("5 March 2018 10:02 (GMT+03:00)", MINUTE.replace(tzinfo=timezone(timedelta(hours=3)))),
        ("5 March 2018 10:02 UTC-3", MINUTE.replace(tzinfo=timezone(timedelta(hours=-3)))),
        (
            "Mon Mar 05 2018 10:02:00 GMT+0100 (Central European Standard Time)",
            MINUTE.replace(tzinfo=timezone(timedelta(hours=1))),
        ),
        ("1520244120", MINUTE.replace(tzinfo=UTC)),
        ("1520244120000", MINUTE.replace(tzinfo=UTC)),
    ],
)
def test_machine_forms_keep_their_zone(text, expected):
    """ISO 8601, RFC 2822 and Unix time are read; a zone is kept if it is stated, and only then."""
    found = parse_date(text)
    assert found == expected
    assert found.utcoffset() == expected.utcoffset()


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("05.03.2018", "DMY", date(2018, 3, 5)),
        ("5/3/2018", "DMY", date(2018, 3, 5)),
        ("3/5/2018", "MDY", date(2018, 3, 5)),
        ("3/25/2018", "DMY", date(2018, 3, 25)),
        ("25/3/2018", "MDY", date(2018, 3, 25)),
        ("5-3-2018", "DMY", date(2018, 3, 5)),
        ("2018/3/5", "MDY", date(2018, 3, 5)),
        ("2018.03.05", "DMY", date(2018, 3, 5)),
        ("2018. 3. 5.", "DMY", date(2018, 3, 5)),
        ("5. 3. 2018", "DMY", date(2018, 3, 5)),
        ("05.03.18", "DMY", date(2018, 3, 5)),
        ("18.03.05", "YMD", date(2018, 3, 5)),
        ("18. 3. 5.", "YMD", date(2018, 3, 5)),
        ("99/03/05", "DMY", date(1999, 3, 5)),
        ("5/3/99", "DMY", date(1999, 3, 5)),
    ],
)
def test_numeric_dates_follow_the_order_unless_a_value_forbids_it(text, order, expected):
    """Numeric dates are read in the order asked for; a value above 12 or a year in front overrides it."""
    assert parse_date(text, order=order) == datetime.combine(expected, datetime.min.time())


@pytest.mark.parametrize(
    ("clock", "hour", "minute"),
    [
        ("10:02 pm", 22, 2),
        ("10:02PM", 22, 2),
        ("10:02 p.m.", 22, 2),
        ("10:02 p. m.", 22, 2),
        ("12:02 am", 0, 2),
        ("12:02 pm", 12, 2),
        ("22h02", 22, 2),
        ("22 h 02", 22, 2),
        ("22h", 22, 0),
        ("22.02 Uhr", 22, 2),
        ("22 Uhr", 22, 0),
        ("10 pm", 22, 0),
        ("22.02", 22, 2),
        ("- 22:02", 22, 2),
        ("| 22:02", 22, 2),
        ("\n22:02", 22, 2),
        ("at 22:02", 22, 2),
        ("下午10:02", 22, 2),
        ("22時02分", 22, 2),
        ("오후 10:02", 22, 2),
    ],
)
def test_clocks_of_twelve_and_twenty_four_hours_are_read(clock, hour, minute):
    """A clock after a date is read in all its spellings."""
    assert parse_date(f"5 March 2018 {clock}") == datetime(2018, 3, 5, hour, minute)


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("2 hours ago", timedelta(hours=2)),
        ("2h", timedelta(hours=2)),
        ("2h ago", timedelta(hours=2)),
        ("about two hours ago", timedelta(hours=2)),
        ("an hour ago", timedelta(hours=1)),
        ("a day ago", timedelta(days=1)),
        ("one day ago", timedelta(days=1)),
        ("1 day, 3 hours ago", timedelta(days=1, hours=3)),
        ("5m ago", timedelta(minutes=5)),
        ("3 Std.", timedelta(hours=3)),
        ("vor 2 Stunden", timedelta(hours=2)),
        ("vor einer Stunde", timedelta(hours=1)),
        ("vor etwa 3 Wochen", timedelta(weeks=3)),
        ("2 giorni fa", timedelta(days=2)),
        ("un'ora fa", timedelta(hours=1)),
        ("3 часа назад", timedelta(hours=3)),
        ("час назад", timedelta(hours=1)),
        ("hace 2 horas", timedelta(hours=2)),
        ("hace un día", timedelta(days=1)),
        ("il y a 3 heures", timedelta(hours=3)),
        ("Il y a 1 jour", timedelta(days=1)),
        ("5 godzin temu", timedelta(hours=5)),
        ("godzinę temu", timedelta(hours=1)),
        ("há 3 horas", timedelta(hours=3)),
        ("3 horas atrás", timedelta(hours=3)),
        ("3 uur geleden", timedelta(hours=3)),
        ("3 saat önce", timedelta(hours=3)),
        ("för 3 timmar sedan", timedelta(hours=3)),
        ("for 3 timer siden", timedelta(hours=3)),
        ("3 tuntia sitten", timedelta(hours=3)),
        ("před 3 hodinami", timedelta(hours=3)),
        ("3 órája", timedelta(hours=3)),
        ("3 órával ezelőtt", timedelta(hours=3)),
        ("acum 3 ore", timedelta(hours=3)),
        ("3 години тому", timedelta(hours=3)),
        ("πριν από 3 ώρες", timedelta(hours=3)),
        ("3 時間前", timedelta(hours=3)),
        ("3小时前", timedelta(hours=3)),
        ("3시간 전", timedelta(hours=3)),
        ("just now", timedelta()),
        ("Gerade eben", timedelta()),
        ("только что", timedelta()),
        ("à l’instant", timedelta()),
    ],
)
def test_time_ago_is_counted_from_the_reference(text, ago):
    """A time ago is counted back from the reference, whose zone it keeps, and is nothing without one."""
    assert parse_date(text, reference=NOW) == NOW - ago
    assert parse_date(text, reference=NOW.replace(tzinfo=UTC)) == NOW.replace(tzinfo=UTC) - ago
    assert parse_date(text) is None


def test_months_and_years_ago_keep_to_the_calendar():
    """Months and years are calendar months, cut at a month's last day."""
    assert parse_date("2 months ago", reference=datetime(2020, 4, 30)) == datetime(2020, 2, 29)
    assert parse_date("il y a 2 ans", reference=NOW) == NOW.replace(year=2018)
    assert parse_date("hace 2 m", reference=NOW, languages=["es"]) == datetime(2020, 3, 1, 12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yesterday", datetime(2020, 4, 30)),
        ("Yesterday at 9:11 pm", datetime(2020, 4, 30, 21, 11)),
        ("heute um 9:11", datetime(2020, 5, 1, 9, 11)),
        ("gestern, 9:11 Uhr", datetime(2020, 4, 30, 9, 11)),
        ("ieri alle 9:11", datetime(2020, 4, 30, 9, 11)),
        ("вчера в 14:05", datetime(2020, 4, 30, 14, 5)),
        ("wczoraj, 14:05", datetime(2020, 4, 30, 14, 5)),
        ("ayer a las 14:05", datetime(2020, 4, 30, 14, 5)),
        ("hier à 14h05", datetime(2020, 4, 30, 14, 5)),
        ("aujourd’hui à 9 h 11", datetime(2020, 5, 1, 9, 11)),
        ("ontem às 14:05", datetime(2020, 4, 30, 14, 5)),
        ("gisteren om 14:05", datetime(2020, 4, 30, 14, 5)),
        ("dün 14:05", datetime(2020, 4, 30, 14, 5)),
        ("昨天 14:05", datetime(2020, 4, 30, 14, 5)),
        ("vorgestern 14:05", datetime(2020, 4, 29, 14, 5)),
        ("Wednesday at 10:02", datetime(2020, 4, 29, 10, 2)),
        ("27 March", datetime(2020, 3, 27)),
        ("Sunday 8th March", datetime(2020, 3, 8)),
        ("5 de junio", datetime(2019, 6, 5)),
        ("1 May 14:05", datetime(2020, 5, 1, 14, 5)),
        ("27.3., 14:05", datetime(2020, 3, 27, 14, 5)),
        ("29 февраля", datetime(2020, 2, 29)),
        ("3月5日 14:05", datetime(2020, 3, 5, 14, 5)),
    ],
)
def test_days_without_a_year_are_the_last_until_the_reference(text, expected):
    """Yesterday, last Wednesday and days without a year count from the reference; without one they are nothing."""
    assert parse_date(text, reference=NOW) == expected
    assert parse_date(text) is None


def test_everyday_words_are_dates_only_in_their_language():
    """The words "out 3" and "hier" (a German link text) are dates only on a page said to be in a fitting language."""
    assert parse_date("hier", reference=NOW) is None
    assert parse_date("hier", reference=NOW, languages=["fr"]) == datetime(2020, 4, 30)
    assert parse_date("out 3", reference=NOW) is None
    assert parse_date("3 out", reference=NOW, languages=["pt"]) == datetime(2019, 10, 3)


@pytest.mark.parametrize(
    "text",
    [
        "Member since: Apr 02, 2018",
        "Joined Apr 02, 2018",
        "Registriert seit 02.04.2018",
        "Edited 2 hours ago",
        "ann, 5 March 2018",
        "",
        "5",
        "1.",
        "12.",
        "24/7",
        "5/5",
        "4.5/5",
        "10:02",
        "10 pm",
        "2018",
        "2018-03",
        "May 2018",
        "3/2018",
        "Monday",
        "March",
        "$1,234.50",
        "1.234,56 €",
        "€ 12.05",
        "12.50",
        "1,000",
        "100%",
        "1.2.3",
        "2.0.18",
        "v1.10.18",
        "192.168.1.10",
        "10.10.10.10",
        "+49 30 123456",
        "555-1234",
        "212-555-1234",
        "2125551234",
        "0301234567",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "9783161484100",
        "#3",
        "3 comments",
        "3 hours",
        "in 3 hours",
        "5 min read",
        "page 2 of 10",
        "2 of 10",
        "3D",
        "5M",
        "16:9",
        "1990-2018",
        "18:00-20:00",
        "32.01.2018",
        "30 February 2018",
        "29.02.2019",
        "13/13/2018",
        "5 March 2018 25:02",
        "5 March 2018 10:61",
        "5 March 1989",
        "5 March 2101",
        "01.02.1970",
        "2018-13-05",
        "20181305",
        "2018-03-05T25:00",
        "0 May 2018",
        "5 May 0018",
        "I was there on 3 May 2018",
        "3 May 2018 was a Thursday",
        "5 - 7 May 2018",
        "3 May 2018 - 5 May 2018",
        "Most",
        "ma",
        "Reply",
    ],
)
def test_what_is_not_a_date_as_a_whole_is_none(text):
    """Prices, versions, telephone numbers, profile lines, sentences, ranges and impossible days are not dates."""
    assert parse_date(text, reference=NOW) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("by ann on 3 May 2018 at 10:02 | Reply", datetime(2018, 5, 3, 10, 2)),
        ("3 May 2018 | 10 comments", datetime(2018, 5, 3)),
        ("« Reply #3 on: May 03, 2018, 10:02:59 PM »", datetime(2018, 5, 3, 22, 2, 59)),
        ("Reply #1 on: April 06", datetime(2020, 4, 6)),
        ("#12 | 3 May 2018", datetime(2018, 5, 3)),
        ("Fri, May 4 '18, 10:02 PM via mobile", datetime(2018, 5, 4, 22, 2)),
        ("Max Mustermann schrieb am 03.05.2018 um 10:02 Uhr:", datetime(2018, 5, 3, 10, 2)),
        ("Иван Петров | 3 мая 2018 г. в 10:02 | Ответить", datetime(2018, 5, 3, 10, 2)),
        ("ann · 2 hours ago · Reply", datetime(2020, 5, 1, 10)),
        ("ann 2018-05-03T10:02:00Z", datetime(2018, 5, 3, 10, 2, tzinfo=UTC)),
        ("Member since: Apr 02, 2018 Posts: 12 | May 3, 2018 10:02", datetime(2018, 5, 3, 10, 2)),
        ("ann Joined\nApr 2, 2015\nMessages\n45\nMay 3, 2018", datetime(2018, 5, 3)),
        ("3 May 2018 10:02, last edited 4 May 2018 11:00", datetime(2018, 5, 3, 10, 2)),
        ("version 1.2.3.4 of 12.50 €, call 030-123456", None),
        ("ann · yesterday · Reply", datetime(2020, 4, 30)),
        ("posted by ann an hour ago", datetime(2020, 5, 1, 11)),
        ("ann vor einer Stunde", datetime(2020, 5, 1, 11)),
        ("ann Today at 9:11 am", datetime(2020, 5, 1, 9, 11)),
        ("2 hours ago (edited)", datetime(2020, 5, 1, 10)),
        ("Join us today and save", None),
        ("8000 earth years ago they left", None),
        ("881.749 (heute: 18)", None),
        ("no date here at all", None),
        ("30 February 2018 then 3 May 2018", datetime(2018, 5, 3)),
    ],
)
def test_the_date_of_a_post_is_found_in_its_byline(text, expected):
    """The first date of a byline is found between names, buttons and counts."""
    assert find_date(text, reference=NOW) == expected


@pytest.mark.parametrize(
    "label",
    [
        "Member since:",
        "Joined:",
        "Registriert seit",
        "Iscritto dal",
        "Inscrit le",
        "Регистрация:",
        "Dołączył:",
        "Lid sinds",
        "Kayıt tarihi:",
        "Last edited by ann on",
        "Zuletzt bearbeitet von ann am",
        "Bearbeitet:",
        "Modificato il",
        "Изменено:",
        "Dernière modification le",
    ],
)
def test_dates_of_profiles_and_edits_are_passed_over(label):
    """A date behind the label of a profile or an edit is not the date of the post, but one after it may be."""
    assert find_date(f"{label} 02.04.2018") is None
    assert find_date(f"{label} 02.04.2018\nann 3 May 2018") == datetime(2018, 5, 3)


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        ([], "DMY"),
        (["3/4/2018", "5/6/2018"], "DMY"),
        (["3/4/2018", "3/14/2018"], "MDY"),
        (["14.3.2018 10:02", "3.4.2018"], "DMY"),
        (["2018-03-05", "2018-14-05"], "YMD"),
        (["99/03/05"], "YMD"),
        (["2018-03-05", "3/14/2018"], "MDY"),
        (["1.2.3.4", "12/24"], "DMY"),
        (["3/14/2018", "3/15/2018", "14/3/2018"], "MDY"),
    ],
)
def test_the_order_of_a_page_is_guessed_from_values_above_twelve(texts, order):
    """Values that can only be a day or a year decide, by majority, else days come first."""
    assert guess_order(texts) == order


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/2018/03/05/title", date(2018, 3, 5)),
        ("/2018/3/5", date(2018, 3, 5)),
        ("/2018/mar/05/title", date(2018, 3, 5)),
        ("/2018-03-05-title", date(2018, 3, 5)),
        ("/news_2018_03_05.html", date(2018, 3, 5)),
        ("/20180305/title", date(2018, 3, 5)),
        ("/title-20180305.html", date(2018, 3, 5)),
        ("/2018/03/", None),
        ("/2018/03/title", None),
        ("/2018/03/12-things-to-do", None),
        ("/id106323", None),
        ("/id20180305", None),
        ("/201803051002", None),
        ("/2018/13/05/", None),
        ("/1889/03/05/", None),
        ("/2018/abc/05/", None),
    ],
)
def test_an_address_gives_a_day_but_not_a_month_or_an_id(path, expected):
    """The day is read from the usual paths of news sites."""
    assert date_in_url("https://news.example" + path) == expected


LANGUAGES = [
    "en",
    "de",
    "it",
    "ru",
    "es",
    "fr",
    "pl",
    "pt",
    "nl",
    "tr",
    "sv",
    "da",
    "nb",
    "fi",
    "cs",
    "hu",
    "ro",
    "uk",
    "el",
    "ja",
    "zh",
    "ko",
]
MOMENTS = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2049, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)


@pytest.mark.parametrize("language", LANGUAGES)
@given(moment=MOMENTS)
@settings(deadline=None)
def test_dates_come_back_from_every_language(language, moment):
    """What the CLDR formats in a language is read back, long and full dates as well as medium dates with clocks."""
    babel = pytest.importorskip("babel.dates")
    day = moment.replace(hour=0, minute=0, second=0)
    for width in ("long", "full"):
        assert parse_date(babel.format_date(moment, width, locale=language)) == day
    order = "MDY" if language == "en" else "DMY"
    assert parse_date(babel.format_datetime(moment, "medium", locale=language), order=order) == moment


@given(
    text=st.text() | st.text(alphabet="0123456789.:/-' ,apmTZ+marhédo年月日вчера\n|", max_size=60),
    reference=st.none() | st.datetimes(),
)
@settings(deadline=None)
def test_no_text_raises(text, reference):
    """Any text gives a date between 1990 and 2100 or None."""
    for read in (parse_date, find_date):
        found = read(text, reference=reference)
        assert found is None or 1990 <= found.year <= 2100
    date_in_url(text)
    guess_order([text])


@pytest.mark.parametrize(
    "unit",
    [
        "1 ",
        "1.",
        "1:",
        "1/1/",
        "+01 ",
        "mar ",
        "3 may ",
        "2 hours ",
        "1 h ",
        "10:02 ",
        "1月",
        "年",
        " ",
        "-",
        "p. ",
        "a",
        "joined ",
        "edited 3 may 2018 ",
    ],
)
def test_long_hostile_texts_come_to_an_end(unit):
    """300,000 characters of any repeated fragment are read; with time that grows as the square it would take hours."""
    text = unit * (300_000 // len(unit))
    find_date(text, reference=NOW)
    parse_date(text, reference=NOW)
