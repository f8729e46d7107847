# ruff: noqa: E501, RUF001
"""Roman numerals, and what only looks like one: the pronoun I, initials, the C of Club."""

import re

from mediakit.speech.front_end.lexicon import is_english
from mediakit.speech.front_end.numerals import ROMAN, ordinal, roman
from mediakit.speech.front_end.rules import Rule, any_of

_COUNTED = frozenset(
    "chapter part act scene section volume book phase article mark type level stage class grade "
    "episode round title canto appendix figure table schedule division category tier step group "
    "unit lesson exhibit page vol no series season game war bowl fantasy wars phase panzer system "
    "nerve factor star tour generation gen zone period book verse psalm line track movement op opus "
    "symphony sonata concerto amendment protocol annex league army corps world complex".split()
)
"""Before a numeral these are counted: `chapter four`."""
_COUNTED_NAMES = frozenset(
    "Saturn Apollo Gemini Rocky Rambo Vatican Terminator Voyager Halo Civilization Zelda Titan "
    "Falcon Delta Juno Godfather Windows Photosystem Megadrive Playstation Diablo Doom Quake "
    "Warcraft Starcraft Hamlet Macbeth Matrix Alien Predator Superman Batman Jaws Oscar".split()
)
_RULERS = frozenset(
    "Henry Louis Edward George William Charles James Richard Elizabeth Napoleon Pius Benedict Leo "
    "Paul John Ramses Ramesses Frederick Philip Alexander Nicholas Peter Catherine Ivan Umberto "
    "Emmanuel Gustav Christian Ferdinand Mary Juan Felipe Alfonso Isabella Francis Joseph Otto "
    "Rudolf Sigismund Matthias Stephen Victoria Margaret Anne Robert David Malcolm Alexios Basil "
    "Constantine Justinian Darius Xerxes Cyrus Artaxerxes Ptolemy Cleopatra Thutmose Amenhotep Seti "
    "Gregory Clement Innocent Urban Boniface Adrian Julius Sixtus Celestine Victor Martin Wilhelm "
    "Mehmed Murad Selim Suleiman Mohammed Hassan Abdullah Rama Kamehameha Pedro Carol Michael "
    "Harald Olav Haakon Valdemar Eric Erik Carl Karl Baldwin Bohemond Amadeus Leopold Albert "
    "Maximilian Godfrey Casimir Boleslaw Vladislav Haile Menelik Faisal".split()
)
"""After these a single letter is a number, too: `Henry the fifth`."""
_ENDS_PRONOUN = (
    "am|was|have|had|has|will|would|can|could|should|may|might|must|do|did|think|thought|want|"
    "wanted|need|like|liked|love|loved|saw|see|know|knew|went|go|read|wrote|made|got|get|say|said|"
    "feel|felt|found|heard|met|ever|never|always|also|really|just|ran|left|came|still|once|found|"
    "bought|used|watched|remember|believe|guess|hope|wish|mean|told|work|live"
)
_SINGLE = frozenset("IVX")
_HAS_DRIP = frozenset("an a by via with his her".split())
_IN_HOSPITAL = re.compile(
    r" (?:drips?|lines?|fluids?|bags?|needles?|pumps?|antibiotics|of|is|was|in|out)\b"
)
"""Before and after these IV is a drip."""
_LONGEST_RULED = 40
_RULED = re.compile(rf"\b(?:{any_of(_RULERS)}) (?=[IVX])(?:{ROMAN}) \Z")
"""`James I` before `and VI`."""


def _after_word(m: re.Match[str]) -> str:
    """`Leo XIV`, `chapter IV`; a single letter only after what is sure to have a number."""
    head, numeral, tail = m["h"], m["n"], m["s"] or ""
    if not numeral or (len(numeral) == 1 and numeral not in _SINGLE):
        return m[0]
    if head == "and" and numeral != "I":
        also = _RULED.search(m.string, max(0, m.start() - _LONGEST_RULED), m.start())
        return f"and the {ordinal(roman(numeral))}{tail}" if also else f"and {_kept(numeral)}{tail}"
    counted = head.casefold() in _COUNTED or head in _COUNTED_NAMES
    rules = head in _RULERS
    of = head[0].isupper() and m.string.startswith(" of ", m.end())
    if len(numeral) == 1 and not (counted or rules or (of and not is_english(head))):
        return m[0]
    if numeral == "I" and (head.islower() or not m.string[m.end() :].strip()[:1]) and not counted:
        return m[0] if not (rules or of) else f"{head} the first{tail}"
    if (numeral == "X" and head == "Malcolm") or _is_drip(m):
        return m[0]
    number = roman(numeral)
    ordinary = head[:1].islower() or (is_english(head) and not rules)
    if head.casefold() == "the":
        return f"{head} {ordinal(number)}{tail}"
    if counted or ordinary:
        return f"{head} {number}{tail}"
    return f"{head} the {ordinal(number)}{tail}"


def _kept(numeral: str) -> str:
    return numeral if len(numeral) == 1 else str(roman(numeral))


def _is_drip(m: re.Match[str]) -> bool:
    head = m["h"].casefold()
    named = head == "the" and bool(_IN_HOSPITAL.match(m.string, m.end()))
    return m["n"] == "IV" and (head in _HAS_DRIP or named)


def _small(m: re.Match[str]) -> str:
    return f"{m[1]} {roman(m[2])}"


RULES: list[Rule] = [
    (re.compile(r"\b(?:WWII|WW2|WW II)\b"), "World War 2"),
    (re.compile(r"\b(?:WWI|WW1|WW I)\b"), "World War 1"),
    (re.compile(rf"\b(?P<n>{ROMAN})(?= (?:century|centuries|dynasty|Olympiad)\b)"),
     lambda m: ordinal(roman(m["n"])) if m["n"] else m[0]),
    (re.compile(rf"\b(?P<h>[^\W\d_]{{2,24}}) (?!I (?:{_ENDS_PRONOUN})\b|I['’])(?P<n>{ROMAN})(?P<s>['’]s)?(?!\w|[.'’]\w)"),
     _after_word),
    (re.compile(rf"\A\s*(?!XXX\b)(?=[IVX]{{2}})({ROMAN})(?=[.:)]?\s*\Z)"), lambda m: str(roman(m[1]))),
    (re.compile(rf"\b((?i:{any_of(['chapter', 'part', 'act', 'scene', 'section', 'volume', 'book', 'page', 'article', 'appendix', 'figure', 'table'])})) (x{{0,3}}(?:ix|iv|v?i{{0,3}}))(?!\w|[.'’]\w)(?<=[ivx])"),
     _small),
    (re.compile(r"\((x{0,3}(?:ix|iv|v?i{0,3}))\)(?<=[ivx]\))"), lambda m: f"({roman(m[1])})"),
    (re.compile(r"(?<![\w.'’-])(?!XXX\b)(?=[IVX]{3})(X{0,3}(?:IX|IV|V?I{0,3}))(?!\w|[.'’]\w)"),
     lambda m: str(roman(m[1]))),
]  # fmt: skip
