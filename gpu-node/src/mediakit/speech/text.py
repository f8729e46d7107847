"""Makes a text fit to be spoken, or says why it is not."""

import html
import re
import unicodedata

from mediakit.errors import MediaError
from mediakit.speech.language import foreign_language

MAX_CHARACTERS = 5_000
"""About six minutes of speech; more does not fit the time limit of the nodes that follow."""
MAX_LINES = 400
"""Each line ends with a pause: thousands of them would be an hour of silence."""

_UNSPOKEN = re.compile(r"<!--|<(script|style|head)\b", re.I)
_SPOKEN_AGAIN = {
    "": re.compile(r"-->"),
    "script": re.compile(r"</script\s*>", re.I),
    "style": re.compile(r"</style\s*>", re.I),
    "head": re.compile(r"</head\s*>", re.I),
}
_FENCE = re.compile(r"^[^\S\n]*(```|~~~).*$", re.M)
_PAUSING_TAG = re.compile(r"</?(p|div|h[1-6]|li|br|tr|title)\b[^<>]{0,200}>", re.I)
_TAG = re.compile(r"</?[A-Za-z?!][^<>]{0,200}>")
_COMPARED = {"<": " is less than ", ">": " is greater than "}
_COMPARISON = re.compile(r"(?<=[\w)])[ \t]+([<>])[ \t]+(?=[\w(])")
_PRODUCT = re.compile(r"(?<=\d)\s?\*\s?(?=\d)")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_LINE_MARK = re.compile(r"^[ \t]*(#{1,6}(?=\s)|>+|[-*+](?=\s)|[-=_*|:][-=_*|: ]+$)[ \t]*", re.M)
_MARKUP = str.maketrans({symbol: " " for symbol in "[]{}<>|\\`*_~"})
_BREAKS = re.compile(r"\r\n?|[\u0085\u2028\u2029\v\f]")


def speakable(text: str) -> str:
    """The text without markup and control characters; `MediaError` if it cannot be spoken."""
    if not text.strip():
        raise MediaError("text-empty", "the text is empty")
    if len(text) > MAX_CHARACTERS:
        detail = f"the text has {len(text)} characters; at most {MAX_CHARACTERS} can be spoken"
        raise MediaError("text-too-long", detail, limit=MAX_CHARACTERS)
    plain = _plain(_without_markup(_BREAKS.sub("\n", text)))
    lines = sum(1 for line in plain.split("\n") if line.strip())
    if lines > MAX_LINES:
        detail = f"the text has {lines} lines; at most {MAX_LINES} can be spoken"
        raise MediaError("text-too-long", detail, limit=MAX_LINES)
    if not any(c.isalnum() for c in plain):
        raise MediaError("text-empty", "the text has no words")
    _check_language(plain)
    return re.sub(r"[ \t]+", " ", plain).strip()


def _without_markup(text: str) -> str:
    """HTML, SSML and Markdown as the words in them; entities as what they stand for."""
    text = _FENCE.sub(" ", _without_unspoken(text))
    text = _TAG.sub(" ", _PAUSING_TAG.sub("\n", text))
    text = html.unescape(text) if "&" in text else text
    text = _PRODUCT.sub(" \u00d7 ", text)
    text = _COMPARISON.sub(lambda m: _COMPARED[m[1]], text)
    return _LINE_MARK.sub("", _LINK.sub(r"\1", text)).translate(_MARKUP)


def _without_unspoken(text: str) -> str:
    """Without comments and scripts; what is never closed is text. Each kind is looked for once
    when it is not there: one pattern for all would look again from each opening."""
    kept: list[str] = []
    unclosed: set[str] = set()
    end = 0
    for opening in _UNSPOKEN.finditer(text):
        kind = (opening[1] or "").lower()
        if opening.start() < end or kind in unclosed:
            continue
        closing = _SPOKEN_AGAIN[kind].search(text, opening.end())
        if closing is None:
            unclosed.add(kind)
            continue
        kept.append(text[end : opening.start()])
        end = closing.end()
    return " ".join([*kept, text[end:]])


def _plain(text: str) -> str:
    """Without what only steers a display; ornamental and wide letters and digits as plain ones."""
    return "".join(map(_plain_character, unicodedata.normalize("NFC", text)))


def _plain_character(c: str) -> str:
    if c in "\n\t" or (c.isascii() and c.isprintable()):
        return c
    kind = unicodedata.category(c)
    if kind[0] == "C" or kind in ("Mn", "Me"):
        return ""
    if kind == "Zs":
        return " "
    if kind == "Nd":
        return str(unicodedata.decimal(c))
    wide = "\uff01" <= c <= "\uff5e"
    return unicodedata.normalize("NFKC", c) if wide or kind[0] == "L" else c


def _check_language(text: str) -> None:
    for word in re.findall(r"[^\W\d_]+", text):
        # ½, ², ① and Ⅳ are numbers, whatever their script is called.
        foreign = next((c for c in word if c.isalpha() and not _is_readable(c)), None)
        # A single Greek letter is a sign of mathematics.
        if foreign and not (len(word) == 1 and _script(foreign) == "Greek"):
            detail = (
                f"the word {word[:40]!r} is in another script ({_script(foreign)}); "
                "the voices speak English, in Latin letters"
            )
            raise MediaError("language-unsupported", detail)
    language = foreign_language(text)
    if language:
        detail = f"the text seems to be {language}; the voices speak English"
        raise MediaError("language-unsupported", detail)


def _is_readable(c: str) -> bool:
    return c.isascii() or unicodedata.name(c, "").startswith("LATIN")


def _script(c: str) -> str:
    return unicodedata.name(c, "unknown").split()[0].capitalize()
