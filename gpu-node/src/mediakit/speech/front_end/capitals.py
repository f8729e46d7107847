# ruff: noqa: E501, RUF001
"""Words in capitals: said as words where they are some, letter by letter where they are not."""

import re

from mediakit.speech.front_end.lexicon import is_english

_CAPITALS = re.compile(r"(?<![\w.&/'’-])[A-Z][A-Z'’]{1,24}(?![\w&/]|\.\w)")
_WORD = re.compile(r"(?<![\w.])[A-Za-z][A-Za-z'’]{1,99}(?![\w])")
SPELLED = frozenset(
    "AD AI ATM BBC BC BCE BMW CEO CIA CIO CFO CTO CD CNN CPU CSS CV DC DIY DJ DNA DVD EU FAQ FBI FM GDP GPS "
    "GPT GPU HBO HR HTML HTTP HTTPS IBM ID IP IQ IRS ISS JFK KFC LA LCD LED LLM LP MBA MBE MIT MP MRI MTV "
    "MVP NBA NBC NFL NHL NHS NSA NY NYC NYPD OK OMG OS PC PDF PE PM PR PS PTO QR RAF RGB RIP RNA RPG RV "
    "SEO SMS SOS SQL SUV TNT TV UAE UCLA UFC UFO UK UN UPS URL USA USB USSR UV VAT VC VIP VPN VR WC "
    "WWF XML API SDK IDE CLI PHP AWS DNS TCP UDP SSH SSL TLS LAN NGO PHD EMT ER ICU OCD ADHD HIV IVF".split()
)
"""Never words, even where everything is in capitals."""
SAID = frozenset(
    "NASA NATO UNESCO UNICEF OPEC COVID AIDS SCUBA LASER RADAR JPEG GIF RAM ROM PIN SIM JSON ASAP "
    "FIFA UEFA NAFTA ASEAN IKEA SWAT NAVY LOL YOLO FOMO HIPAA GIFS SONAR POTUS SCOTUS FEMA NOAA OSHA "
    "BASIC COBOL CAPTCHA WYSIWYG TED LEGO ZIP".split()
)
"""Initials that are said as a word; the dictionary knows how."""
_INITIALS_ALONE = frozenset("US IT WHO AM SAT PA MA MS".split())
"""Among small letters these are initials; in a line of capitals, words."""
_LONGEST_INITIALS = 4
_VOWEL = re.compile(r"[AEIOUY]")


def with_words(text: str) -> str:
    """The text with its words in capitals as ordinary ones."""
    found = _CAPITALS.findall(text)
    if not found:
        return text
    shouted = _is_shouted(text, found)
    return _CAPITALS.sub(lambda m: _said(m[0], shouted), text)


def _is_shouted(text: str, found: list[str]) -> bool:
    """Whether capitals are how the text is written, not what its words are."""
    words = [word for word in found if word not in SPELLED | SAID]
    others = sum(1 for word in _WORD.findall(text) if not word.isupper())
    return len(words) > 1 and len(words) > others


def _said(word: str, shouted: bool) -> str:
    if word in SAID or word in SPELLED or word.removesuffix("S") in SPELLED:
        return word
    if word in _INITIALS_ALONE and not shouted:
        # Letter by letter, whatever the words around them are.
        return ".".join(word)
    if is_english(word):
        return word.lower()
    is_long = len(word) > _LONGEST_INITIALS and _VOWEL.search(word)
    return word.capitalize() if is_long or (shouted and _VOWEL.search(word)) else word
