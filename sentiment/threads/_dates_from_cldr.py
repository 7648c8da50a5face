"""Writes ``dates.json``, the words of dates in 22 languages, from the Unicode CLDR (by way of babel) and from the lists below.

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

from sentiment.threads.dates import fold

# A word that two languages use for different months or days means what it means in the one named first here.
LANGUAGES = "en de it ru es fr pl pt nl tr sv da nb fi cs hu ro uk el ja zh ko".split()
UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()

# Half-days that are everyday words elsewhere: Hungarian de./du. is French and Spanish "of", Italian m./p. is anything.
NOT_HALVES = {"de", "du", "m", "p", "a", "f", "e", "π", "μ"}

# ---- By hand, below: what forums and comment systems write and the CLDR does not know ----

MONTHS = {
    1: "gen ene jänner jän янв sty led tam",
    2: "feb fév fevr fev feber февр фев lut úno hel şub",
    3: "mar mär mrz märz mrt maart мар мрт бер bře břez maa",
    4: "apr avr abr апр квіт кві kwi kwie dub huh nis",
    5: "may mai mag mei maj мая май тра kvě tou",
    6: "jun juin juni giu июн чер cze czerw čvn kes haz",
    7: "jul juil juli lug июл лип lip čvc hei tem",
    8: "aug août ago авг сер sie sierp srp elo ağu",
    9: "sep sept set сен сент вер wrz wrzes zář syy eyl",
    10: "oct okt ott out окт жов paź paźdz říj rij lok eki ekm",
    11: "nov ноя нояб лис lis list kas",
    12: "dec dez dic déc дек гру gru grudz pro jou ara",
}
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
    0: "today heute oggi сегодня hoy aujourd'hui aujourd’hui dzisiaj dziś hoje vandaag bugün idag i|dag tänään dnes ma azi "
    "astăzi сьогодні σήμερα 今日 今天 오늘",
    -1: "yesterday gestern ieri вчера ayer hier wczoraj ontem gisteren dün igår i|går eilen včera tegnap вчора χθες χτες 昨日 昨天 "
    "어제",
    -2: "day|before|yesterday the|day|before|yesterday vorgestern l'altro|ieri altro|ieri altroieri позавчера anteayer antes|de|ayer "
    "avant-hier przedwczoraj anteontem eergisteren evvelsi|gün önceki|gün i|förrgår i|forgårs toissapäivänä předevčírem "
    "tegnapelőtt alaltăieri позавчора προχθές προχτές 一昨日 前天 그저께 그제",
}
UNIT_WORDS = {
    "second": "s sec secs second seconds sek sekunde sekunden секунд секунду секунды seg sekund",
    "minute": "min mins minute minutes minuten мин м минуту минут минуты minut minuta",
    "hour": "h hr hrs hour hours std stunde stunden ч час часа часов uur u godz sa saat ore ora heure heures hora horas 時 时 点 點 시 t",
    "day": "d day days tag tage tagen tg tgn дн дня дней день gg giorno giorni jour jours día dia días dias dzień dni",
    "week": "w wk wks week weeks wo woche wochen нед неделю недели недель sett sem tyg tydz",
    "month": "mo mos month months mon monat monate monaten мес месяц mois mes mies",
    "year": "y yr yrs year years j jahr jahre jahren г год года лет an ans año ano anni anno lat rok lata",
}
# A unit that stands alone after a number ("2h", "3 Std.") is a date only if it is written as one of these.
BARE_UNITS = {
    "second": "s sec sek сек",
    "minute": "m min mins мин dk dak",
    "hour": "h hr hrs std ч godz sa",
    "day": "d tg дн g",
    "week": "w wk wo нед",
    "month": "mo mos mth мес",
    "year": "y yr",
}
BEFORE = "vor hace il|y|a há ha faz acum před před|asi πριν hace|unos in|urmă|cu în|urmă|cu"
AFTER = "ago fa назад temu atrás geleden önce sedan siden sitten ezelőtt тому 前 전 earlier"
NOW = (
    "just now|now|a moment ago|moments ago|seconds ago|a few seconds ago|few seconds ago|gerade eben|soeben|jetzt|eben|vor wenigen sekunden|"
    "vor einigen sekunden|vor kurzem|adesso|ora|proprio ora|poco fa|pochi secondi fa|qualche secondo fa|только что|сейчас|"
    "несколько секунд назад|ahora|ahora mismo|hace un momento|hace unos segundos|hace instantes|à l'instant|maintenant|"
    "il y a quelques secondes|il y a un instant|przed chwilą|teraz|kilka sekund temu|agora|agora mesmo|há instantes|há alguns segundos|"
    "há poucos segundos|zojuist|nu|net|een paar seconden geleden|az önce|şimdi|birkaç saniye önce|just nu|lige nu|akkurat nå|juuri nyt|"
    "právě teď|éppen most|most|acum|chiar acum|щойно|зараз|τώρα|μόλις τώρα|たった今|刚刚|剛剛|방금"
)
# Words that may surround or join the parts of a date. None of them may say whose date it is ("since", "edited", "joined").
FILLERS = (
    "on at the of about around over almost nearly approximately approx circa ca and posted published date time t "
    "am um gegen den der dem uhr|um einer einem eine ein etwa rund über fast und geschrieben verfasst veröffentlicht erstellt datum vom kl "
    "il lo la le alle all del di e un una uno un' più quasi scritto inviato pubblicato postato data "
    "в во на о около г года году и один одну одна опубликовано написано добавлено отправлено дата "
    "el los las a al de y a|las a|la uno unos unas casi más|de publicado escrito enviado fecha "
    "à aux vers environ du et l' presque plus|de posté publié écrit envoyé "
    "o ok około jeden jedną jedna i z dnia dn godzina godzinie r roku napisano wysłany dodano opublikowano data|dodania "
    "às as dos das em no na por|volta|das cerca|de um uma quase publicado|em postado|em enviado|em dia "
    "op om ongeveer een van en geplaatst geschreven datum|van tarihinde tarih yaklaşık bir ve gönderildi "
    "den|den omkring ungefär för cirka for en et ett og och skrevet skrevet|den publicerad "
    "klo noin yksi ja v ve dne asi jedním jednou a|v přibližně kb ekkor în in pe aproximativ "
    "о об близько року рік р у одну|один στις στην στο από περίπου και 約 约 大约 약 に 于"
)
ZONES = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "mez": 60, "met": 60, "cest": 120, "mesz": 120,
    "mest": 120, "eet": 120, "eest": 180, "msk": 180, "мск": 180, "trt": 180, "ist": 330, "jst": 540, "kst": 540, "hkt": 480,
    "sgt": 480, "awst": 480, "acst": 570, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780, "ast": -240, "adt": -180, "est": -300,
    "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "akst": -540, "akdt": -480,
    "hst": -600, "brt": -180, "art": -180,
}  # fmt: skip
HALVES = {"am": "am ам 凌晨 早上 上午 午前 오전", "pm": "pm рм 晚上 中午 下午 午後 오후"}
# "10 Uhr", "10 часов": a word after the hour that is not also a unit of time.
CLOCK_WORDS = "uhr o'clock tuntia"

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
    """Unit, words before the number, the unit's own word and words after it, for each "{0} hours ago" of a language."""
    fields: Any = locale._data["date_fields"]
    for unit in UNITS:
        for width in ("", "-short", "-narrow"):
            for pattern in dict(fields.get(unit + width, {})).get("past", {}).values():
                before, found, after = fold(pattern).partition("{0}")
                words = after.replace(".", " ").removeprefix(" de ").split()  # Romanian "20 de ore"
                if found and words and is_word(words[0]) and not before.startswith("-") and "(" not in after:
                    yield unit, before.strip(), words[0], " ".join(words[1:])


def plain(word: str) -> str:
    """A Latin or Greek word without its accents; others as they are (й is not и)."""
    if re.search(r"[\u0400-\u04ff\u2e80-\uffff]", word):
        return word
    return "".join(sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign))


class Words:
    """Collects words by role; the first meaning of a word in a role stays its meaning, the others are kept by language."""

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
        stem, ago = re.sub("[前전]$", "", word), word[-1] in "前전"
        words.add("unit", stem, unit, language)
        if before:
            words.add("filler" if after or ago else "before", before, 1)
        for suffix in (after, word[-1] if ago else ""):
            words.add("after", suffix, 1)


def by_hand(words: Words) -> None:
    """Enter the lists of this file."""
    numbered: tuple[tuple[str, dict[Any, str]], ...] = (
        ("month", MONTHS), ("weekday", WEEKDAYS), ("day", RELATIVE_DAYS), ("unit", UNIT_WORDS), ("bare", BARE_UNITS), ("half", HALVES)
    )  # fmt: skip
    for role, table in numbered:
        for value, listed in table.items():
            for word in listed.split():
                words.add(role, word, value)
    for role, listed in (("before", BEFORE), ("after", AFTER), ("filler", FILLERS), ("clock", CLOCK_WORDS)):
        for word in listed.split():
            words.add(role, word, 1)
    for phrase in NOW.split("|"):
        words.add("now", phrase, 1)
    for zone, minutes in ZONES.items():
        words.add("zone", zone, minutes)


def main() -> None:
    """Write the table beside this file."""
    words = Words()
    for language in LANGUAGES:
        from_cldr(words, language)
    by_hand(words)
    words.add_plain()
    data = {"words": words.roles, "by_language": words.others}
    text = json.dumps(data, ensure_ascii=False, indent=0, sort_keys=True)
    Path(__file__).with_name("dates.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
