# ruff: noqa: E501, RUF001
"""Short forms of words."""

import re
from collections.abc import Callable
from typing import Literal

from mediakit.speech.front_end.rules import Rule, any_of

Binding = Literal["always", "number", "name"]

ABBREVIATIONS: dict[str, Binding] = {
    **dict.fromkeys(
        ("dr.", "mr.", "mrs.", "ms.", "prof.", "st.", "mt.", "ft.", "rev.", "gen.", "col.", "capt.",
         "lt.", "sgt.", "gov.", "sen.", "rep.", "hon.", "pres.", "e.g.", "i.e.", "vs.", "cf.",
         "approx.", "ca.", "viz.", "dept.", "a.k.a.", "fr.", "maj.", "cmdr.", "cpl.", "adm."),
        "always",
    ),
    **dict.fromkeys(("inc.", "ltd.", "co.", "corp.", "jr.", "sr.", "ave.", "blvd.", "rd.", "ln.",
                     "bros.", "hwy."), "name"),
    **dict.fromkeys(
        ("no.", "nos.", "fig.", "figs.", "vol.", "ch.", "sec.", "art.", "p.", "pp.", "ed.", "nr.",
         "jan.", "feb.", "mar.", "apr.", "jun.", "jul.", "aug.", "sep.", "sept.", "oct.", "nov.",
         "dec.", "mon.", "tue.", "wed.", "thu.", "fri.", "sat.", "sun.", "tel.", "ext.", "est.",
         "apt.", "ste.", "rm.", "c."),
        "number",
    ),
}  # fmt: skip
"""Words whose full stop ends no sentence, whatever follows, before a number, or in
the middle of a name: unless a word follows that begins sentences."""

_WORDS = {
    "e.g.": "for example", "i.e.": "that is", "cf.": "compare", "eg.": "for example",
    "ca.": "about", "etc.": "et cetera", "etc": "et cetera", "viz.": "namely", "w/o": "without",
    "w/": "with ", "b/c": "because", "a.k.a.": "also known as", "aka": "also known as",
    "24/7": "twenty-four seven", "9/11": "nine eleven", "and/or": "and or", "he/she": "he or she",
    "his/her": "his or her", "s/he": "he or she", "n/a": "not applicable", "vs.": "versus",
    "vs": "versus", "c#": "C sharp", "c++": "C plus plus", "f#": "F sharp", "vol.": "volume",
    "figs.": "figures", "fig.": "figure", "approx.": "approximately", "dept.": "department",
    "inc.": "incorporated", "ltd.": "limited", "corp.": "corporation", "bros.": "brothers",
    "jr.": "junior", "sr.": "senior", "ave.": "avenue", "blvd.": "boulevard", "rd.": "road",
    "ln.": "lane", "hwy.": "highway", "pkwy.": "parkway", "bldg.": "building", "apt.": "apartment",
    "univ.": "university", "assn.": "association", "govt.": "government", "gov't": "government",
    "eds.": "editors", "nos.": "numbers", "est.": "established", "et al.": "and others",
    "misc.": "miscellaneous", "max.": "maximum", "temp.": "temperature", "tel.": "telephone",
    "btw": "by the way", "imo": "in my opinion", "tbd": "to be determined", "fyi": "for your information",
    "yrs.": "years", "lbs.": "pounds", "pkg.": "package", "qty.": "quantity", "r&d": "R and D",
    "q&a": "Q and A", "r&b": "R and B", "b&b": "B and B", "at&t": "A T and T", "m&m": "M and M",
}  # fmt: skip
_TITLES = {
    "Mr": "Mister", "Mrs": "Missus", "Ms": "Miz", "Dr": "Doctor", "Prof": "Professor", "Mt": "Mount",
    "Ft": "Fort", "Gen": "General", "Gov": "Governor", "Sen": "Senator", "Rep": "Representative",
    "Capt": "Captain", "Lt": "Lieutenant", "Col": "Colonel", "Sgt": "Sergeant", "Cmdr": "Commander",
    "Rev": "Reverend", "Hon": "Honorable", "Pres": "President", "Supt": "Superintendent",
    "Cpl": "Corporal", "Maj": "Major", "Adm": "Admiral", "Fr": "Father", "Msgr": "Monsignor",
    "Messrs": "Messers", "Sr": "Sister",
}  # fmt: skip
_MONTHS = {"Jan": "January", "Feb": "February", "Mar": "March", "Apr": "April", "Jun": "June",
           "Jul": "July", "Aug": "August", "Sep": "September", "Sept": "September",
           "Oct": "October", "Nov": "November", "Dec": "December", "Mon": "Monday",
           "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday",
           "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday"}  # fmt: skip
_PAGES = {"p": "page", "pp": "pages", "ch": "chapter", "sec": "section", "art": "article",
          "nr": "number", "no": "number", "nos": "numbers", "ext": "extension", "vol": "volume",
          "fig": "figure", "figs": "figures", "c": "circa", "rm": "room", "ste": "suite", "ed": "edition",
          "tel": "telephone", "op": "opus", "fl": "floor"}  # fmt: skip
_STREETS = {"St": "Street", "Dr": "Drive"}
_NO_STREET = "In|At|On|To|From|Near|By|Of|And|The|Visit|See|With|For|Dr|Mr|Mrs|Ms|Prof|Saint|St|When|Is|Was|If|As|But|Then"
_ENDING = r"(?=\s*$|\s*[,;:!?)]|\s+(?:[a-z\d(\u2014]|The\b|It\b|He\b|She\b|We\b|They\b|I\b|And\b|But\b|In\b|On\b|At\b|This\b|That\b|There\b))"


def _word(match: re.Match[str]) -> str:
    """Keeps the full stop of an abbreviation at the end of the sentence."""
    ends = match[0].endswith(".") and not match.string[match.end() : match.end() + 3].strip(
        " \"'”’)"
    )
    return _WORDS[match[0].casefold()] + ("." if ends else "")


def _street(m: re.Match[str]) -> str:
    ends = not m.string[m.end() :].strip()
    return f"{m[1]} {_STREETS[m[2]]}" + ("." if ends and m[3] else "")


def _cased(table: dict[str, str]) -> Callable[[re.Match[str]], str]:
    return lambda m: f"{_capital(table[m[1].casefold()], m[1])} "


def _capital(word: str, like: str) -> str:
    return word.capitalize() if like[0].isupper() else word


RULES: list[Rule] = [
    # `Dr. King Dr.`: behind a name a street, before one a person or a saint.
    (re.compile(rf"\b(?!(?:{_NO_STREET})\b)([A-Z][a-z]{{1,20}}|\d{{1,4}}(?:st|nd|rd|th)) (St|Dr)(\.?){_ENDING}"), _street),
    (re.compile(rf"\b({any_of(_TITLES)})\.? (?=[A-Z])"), lambda m: _TITLES[m[1]] + " "),
    (re.compile(r"\bSts?\.? (?=[A-Z])"), "Saint "),
    (re.compile(rf"\b({any_of(_PAGES)})\. ?(?=\d)", re.I), _cased(_PAGES)),
    (re.compile(rf"\b({any_of(_MONTHS)})\.(?=\s+(?:[a-z\d]|$)|,|$)"), lambda m: _MONTHS[m[1]]),
    (re.compile(r"\b(Co)\.(?=[\s,]|$)"), "Company"),
    (re.compile(rf"(?<![\w./&])({any_of(_WORDS)})(?!\w|[&/]\w)", re.I), _word),
    (re.compile(r"\b([A-Z]\.[A-Z])\.(?=\s+[a-z]|,)"), r"\1"),
]  # fmt: skip
