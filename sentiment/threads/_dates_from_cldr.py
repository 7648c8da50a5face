"""Writes ``dates.json``, the words of dates in 22 languages: from the Unicode CLDR, by way of babel, and by hand.

For development only, nothing imports it: ``python -m sentiment.threads._dates_from_cldr``.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel import Locale, localedata

from sentiment.threads._date_tokens import fold

# A word that two languages use for different things means what it means in the one named first.
LANGUAGES = (
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
)
EASTERN = ("ja", "zh", "zh_Hant", "ko")  # written without spaces: a word ends where the table says so
UNITS = ("second", "minute", "hour", "day", "week", "month", "year")

# Half-days that are everyday words elsewhere: Hungarian de. and du. are French for "of", Italian m. and p. anything.
NOT_HALVES = {"de", "du", "m", "p", "a", "f", "e", "π", "μ"}

# ---- By hand: what forums and comment systems write and the CLDR does not know; "|" is a space in a phrase ----

MONTHS = {
    1: "gen ene jänner jän янв sty led",
    2: "feb fév fevr fev feber février февр фев lut úno şub",
    3: "mar mär mrz märz mrt maart мар мрт бер bře břez",
    4: "apr avr abr апр квіт кві kwi kwie dub nis",
    5: "may mai mei maj мая май тра kvě",
    6: "jun juin juni giu июн чер cze czerw čvn haz",
    7: "jul juil juill juli lug июл лип lip čvc tem",
    8: "aug août ago авг сер sie sierp srp ağu",
    9: "sep sept set сен сент вер wrz wrzes zář eyl",
    10: "oct okt ott out окт жов paź paźdz říj rij eki ekm",
    11: "nov ноя нояб лис lis kas",
    12: "dec dez dic déc дек гру gru grudz pro ara",
}
# Words of everyday use somewhere ("set 5", "out 3", the German link "hier"), with the languages in which they are
# dates: in others they need a year or a clock beside them.
EVERYDAY = {"es it pt": "ago", "it pt": "set", "pt": "out", "cs": "led pro", "tr": "ara", "fr": "hier"}
WEEKDAYS = {
    0: "mon mo mån seg lu пон понедельник",
    1: "tue tues di dins ter втр вто вторник",
    2: "wed weds mi mié mie qua śro срд сре среду среда",
    3: "thu thur thurs do jeu qui чтв чет четверг",
    4: "fri fr sex vie птн пят пятницу пятница",
    5: "sat sa sab sáb суб сбт субботу суббота",
    6: "sun so dom вск вос воскресенье",
}
RELATIVE_DAYS = {
    0: "today heute oggi сегодня hoy aujourd'hui dzisiaj dziś hoje vandaag bugün idag i|dag tänään dnes azi astăzi "
    "сьогодні σήμερα 今日 今天 오늘",
    -1: "yesterday gestern ieri вчера ayer hier wczoraj ontem gisteren dün igår i|går eilen včera tegnap вчора χθες "
    "χτες 昨日 昨天 어제",
    -2: "day|before|yesterday vorgestern l'altro|ieri altro|ieri altroieri позавчера anteayer antes|de|ayer antier "
    "avant-hier przedwczoraj anteontem eergisteren evvelsi|gün önceki|gün i|förrgår förrgår i|forgårs forgårs "
    "toissapäivänä předevčírem tegnapelőtt alaltăieri позавчора προχθές προχτές 一昨日 前天 그저께 그제",
}
UNIT_WORDS = {
    "second": "s sec secs sek sekunden секунд секунду секунды сек seg sekund sekundy sekundę 초 秒钟",
    "minute": "m min mins minuten мин минуту минут минуты minut minuty minutę minuta 分钟 分鐘",
    "hour": "h hr hrs std stunden ч час часа часов uur u godz godzin godzinę saat ore ora heures horas t "
    "時 时 点 點 小時 시",
    "day": "d g j days tag tage tagen tg tgn дн дня дней день gg giorni jours dias dni dzień 天 日",
    "week": "w wk wks wo wochen нед неделю недели недель sett sem tyg tydz 周 星期",
    "month": "mo mos mon monate monaten мес месяц месяца месяцев mois mies 个月 個月",
    "year": "y yr yrs jahre jahren г год года лет an ans año ano anni anno lat rok lata roku рік року år",
}
# A unit alone after a number ("2h", "3 Std.") is a date only if it is one of these.
BARE_UNITS = {
    "second": "s sec sek сек",
    "minute": "m min mins мин dk",
    "hour": "h hr hrs std ч godz sa",
    "day": "d tg дн",
    "week": "w wk wo нед",
    "month": "mo mos мес",
    "year": "y yr",
}
NUMBERS = {
    2: "two zwei due dos deux dois duas twee два две dwa dwie",
    3: "three drei tre tres trois três drie три trzy",
    4: "four vier quattro cuatro quatre quatro четыре cztery",
    5: "five fünf cinque cinco cinq vijf пять",
    6: "six sechs sei seis zes шесть",
}
BEFORE = "vor hace il|y|a y|a há acum před asi|před πριν"
AFTER = "ago fa назад temu atrás geleden önce sedan siden sitten ezelőtt тому earlier 前 전 以前"
NOW = """
just now|now|moments ago|a moment ago|seconds ago|a few seconds ago|few seconds ago|less than a minute ago
gerade eben|soeben|jetzt|vor wenigen sekunden|vor einigen sekunden|vor ein paar sekunden|vor einem moment
adesso|ora|proprio ora|poco fa|pochi secondi fa|qualche secondo fa|alcuni secondi fa
только что|сейчас|несколько секунд назад
ahora|ahora mismo|hace un momento|hace unos segundos|hace instantes|hace pocos segundos
à l'instant|maintenant|il y a quelques secondes|il y a un instant
przed chwilą|teraz|kilka sekund temu|chwilę temu
agora|agora mesmo|há instantes|há alguns segundos|há poucos segundos|alguns segundos atrás
zojuist|een paar seconden geleden|az önce|şimdi|birkaç saniye önce
just nu|nyss|lige nu|akkurat nå|juuri nyt|hetki sitten|právě teď|éppen most|chiar acum
щойно|зараз|τώρα|μόλις τώρα|たった今|刚刚|剛剛|방금
"""
# Words that may surround or join the parts of a date. None may say whose date it is ("since", "joined", "edited").
FILLERS = """
on at the of about around over almost nearly approximately approx circa ca one and posted published date time t
am um gegen den der dem einer einem eine ein etwa rund über fast und geschrieben gepostet verfasst veröffentlicht
erstellt datum vom kl il lo la le alle all del di e una uno un più quasi scritto inviato pubblicato postato data
в во на о около и один одну одна опубликовано написано добавлено отправлено дата
el los las al de y unos unas casi más|de publicado escrito enviado fecha
à aux vers environ du et l presque plus|de posté publié écrit envoyé
o ok około jeden jedną jedna i z dnia dn godzina godzinie r napisano wysłany dodano opublikowano data|dodania
a às as dos das em no na por|volta|das cerca|de um uma quase postado enviado dia día
op om ongeveer een van en geplaatst tarihinde tarih yaklaşık bir ve gönderildi
omkring ungefär för cirka for et ett og och skrevet skrevet|den publicerad
klo noin yksi ja v ve dne asi jedním jednou přibližně kb ekkor în in pe aproximativ
о об близько р у одну στις στην στο από περίπου και 約 约 大约 약 に 于
"""
# Minutes from UTC. Not IST, MET, WEST, ART: words, or several zones.
ZONES = {
    0: "utc gmt z",
    60: "cet mez bst",
    120: "cest mesz mest eet",
    180: "msk мск eest trt",
    480: "hkt sgt awst",
    540: "jst kst",
    570: "acst",
    600: "aest",
    660: "aedt",
    720: "nzst",
    780: "nzdt",
    -180: "brt adt",
    -240: "edt ast",
    -300: "est cdt",
    -360: "cst mdt",
    -420: "mst pdt",
    -480: "pst akdt",
    -540: "akst",
    -600: "hst",
}
HALVES = {"am": "am ам 凌晨 早上 上午 午前 오전", "pm": "pm рм 晚上 中午 下午 午後 오후"}
CLOCK_WORDS = "uhr o'clock 点钟"  # after the hour, and no unit of time

# ---- From the CLDR ----


def names(locale: Locale, table: str) -> Iterator[tuple[int, str]]:
    """Every name of the months or days of a language, with its number in babel (months from 1, Monday 0)."""
    for widths in getattr(locale, table).values():
        for width, entries in widths.items():
            if width != "narrow":
                yield from entries.items()


def is_word(word: str) -> bool:
    """Whether a name can stand in running text: no digits ("1月") and, in alphabets, no single letter."""
    return not re.search(r"\d", word) and (len(word) > 1 or word > "\u2e80")


def past(locale: Locale) -> Iterator[tuple[str, str, str, str]]:
    """Unit, words before the number, the unit's word and words after it, for each "{0} hours ago" of a language."""
    fields: Any = locale._data["date_fields"]
    for unit in UNITS:
        for width in ("", "-short", "-narrow"):
            for pattern in dict(fields.get(unit + width, {})).get("past", {}).values():
                before, found, after = fold(pattern).partition("{0}")
                words = after.replace(".", " ").removeprefix(" de ").split()  # Romanian "20 de ore"
                if (
                    found
                    and words
                    and not re.search(r"\d", words[0])
                    and not before.startswith("-")
                    and "(" not in after
                ):
                    yield unit, before.strip(), words[0], " ".join(words[1:])


def plain(word: str) -> str:
    """A Latin or Greek word without its accents; others as they are (й is not и)."""
    if re.search(r"[\u0400-\u04ff\u2e80-\uffff]", word):
        return word
    return "".join(sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign))


class Words:
    """Words by role; the first meaning of a word in a role is its meaning, others are kept by language."""

    def __init__(self) -> None:
        self.roles: dict[str, dict[str, Any]] = {}
        self.others: dict[str, dict[str, dict[str, Any]]] = {}

    def add(self, role: str, word: str, value: Any, language: str = "") -> None:
        """Enter a word, folded as the parser folds its text and without dots."""
        word = " ".join(fold(word).replace(".", " ").split()).replace("|", " ")
        if role == "half":
            word = word.replace(" ", "")
        if not word:
            return
        first = self.roles.setdefault(role, {}).setdefault(word, value)
        if first != value and language:
            self.others.setdefault(role, {}).setdefault(word, {})[language] = value

    def add_plain(self) -> None:
        """Enter each word also without accents, where that is not already a word of any role."""
        taken = {word for words in self.roles.values() for word in words}
        for words in self.roles.values():
            words.update({plain(word): value for word, value in list(words.items()) if plain(word) not in taken})


def from_cldr(words: Words, language: str) -> None:
    """Enter the months, weekdays, half-days and relative forms of one language."""
    localedata._cache.clear()  # a language's aliases leak into the next one's data (babel 2.18)
    locale = Locale.parse(language)
    for role, table in (("month", "months"), ("weekday", "days")):
        for number, name in names(locale, table):
            if is_word(name):
                words.add(role, name, number, language)
    for context in locale.day_periods.values():
        for periods in context.values():
            for half in ("am", "pm"):
                name = str(periods.get(half, "")).replace(".", "").replace("\xa0", "").replace("\u202f", "").casefold()
                if name and name not in NOT_HALVES:
                    words.add("half", name, half, language)
    for unit, before, word, after in past(locale):
        stem, suffix = (word[:-1], word[-1]) if word[-1] in "前전" else (word, after)
        if len(stem) == 1 and stem < "\u2e80" and stem not in words.roles["unit"]:
            continue  # a letter is a unit only if the list by hand has it: "a" is a year in Spanish
        words.add(
            "unit" if before or suffix else "ago", stem, unit, language
        )  # Hungarian "3 órája" needs no other word
        words.add("after", suffix, 1)
        if before:
            words.add("filler" if suffix else "before", before, 1)


def by_hand(words: Words) -> None:
    """Enter the lists of this file."""
    tables: dict[str, dict[Any, str]] = {
        "month": MONTHS,
        "weekday": WEEKDAYS,
        "day": RELATIVE_DAYS,
        "unit": UNIT_WORDS,
        "bare": BARE_UNITS,
        "number": NUMBERS,
        "half": HALVES,
        "zone": ZONES,
        "before": {1: BEFORE},
        "after": {1: AFTER},
        "filler": {1: FILLERS},
        "clock": {1: CLOCK_WORDS},
        "everyday": EVERYDAY,
    }
    for role, table in tables.items():
        for value, listed in table.items():
            for word in listed.split():
                words.add(role, word, value)
    for phrase in NOW.replace("\n", "|").split("|"):
        words.add("now", phrase, 1)


def main() -> None:
    """Write the table beside this file."""
    words = Words()
    by_hand(words)
    for language in (*LANGUAGES, *EASTERN):
        from_cldr(words, language)
    words.add_plain()
    data = {"words": words.roles, "by_language": words.others}
    text = json.dumps(data, ensure_ascii=False, indent=0, sort_keys=True)
    Path(__file__).with_name("dates.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
