"""Notices that a text in Latin letters is not English, by the small words that sentences need."""

import re
from collections import Counter

_ENGLISH = frozenset(
    "the of and to is that it for was with as are be this have from or by not but what all were "
    "we when your can there an which their if will each about how them then she many some so "
    "would into has two more no way could my than been who its now did get i you he they his her "
    "at on our us do me".split()
)
_OTHERS: dict[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "German": "der das und ist nicht ein eine ich wir sie mit auf dem von zu für wie auch "
        "aber nur noch sich haben wird sind oder wenn über nach bei aus",
        "French": "le la les des est et une dans que qui nous vous il elle pour pas avec sur "
        "au aux ce cette sont mais ou je du être avoir très plus",
        "Spanish": "el la los las es una en que por para se del está pero muy más yo nosotros "
        "como su al lo hay",
        "Italian": "il la gli le una che di non sono del della ma anche più nel io noi questo "
        "si ha",
        "Portuguese": "os uma que não para com em da das muito mais eu nós você como se por são",
        "Dutch": "de het een en niet ik wij zij met op voor dat maar ook nog zijn hebben "
        "wordt naar bij uit te",
        "Swedish": "och det är en ett inte jag vi att som på med för av till har om så",
        "Danish": "og det er en et ikke jeg vi som på med af til har om så",
        "Polish": "nie jest się na że jak co czy tak był od przez jego już",
        "Czech": "je se na že jsem jak jsou byl",
        "Turkish": "ve bir bu için ile çok ama gibi daha ne biz değil olarak",
        "Indonesian": "yang dan di ini itu dengan untuk tidak dari ke adalah saya kita pada akan",
    }.items()
}
"""None of them is English, too, and none a single letter."""
_WORD = re.compile(r"[^\W\d_]+")
_LEAST_WORDS = 4
"""In fewer words a name or a saying may be meant."""
_LEAST_HITS, _ENOUGH_WORDS = 3, 8
_MOST_MARKED = 0.1
"""English has hardly any letters with accents."""


def foreign_language(text: str) -> str | None:
    """What a text clearly is instead of English ("German", "in another language"), if anything."""
    words = Counter(_WORD.findall(text.casefold()))
    if words.total() < _LEAST_WORDS:
        return None
    english = sum(words[word] for word in _ENGLISH)
    hits = {name: sum(words[word] for word in small) for name, small in _OTHERS.items()}
    letters = sum(words[word] * len(word) for word in words)
    marked = sum(map(_is_marked, text)) > _MOST_MARKED * letters
    if marked and words.total() >= _ENOUGH_WORDS:
        return "in another language"
    best = max(hits, key=lambda name: hits[name])
    return best if hits[best] >= max(_LEAST_HITS, 2 * english + 1) else None


def _is_marked(c: str) -> bool:
    return not c.isascii() and c.isalpha()
