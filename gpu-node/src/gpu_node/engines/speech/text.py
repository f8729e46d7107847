"""Makes a text fit to be spoken, or says why it is not."""

import re
import unicodedata

from gpu_node.errors import BadText

MAX_CHARACTERS = 5_000
"""About six minutes of speech; more does not fit the time limit of the nodes that follow."""

_POINTER = "/inputs/text"
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_MARKUP = str.maketrans({symbol: " " for symbol in "[]{}<>|\\`*_~^"})


def speakable(text: str) -> str:
    """The text without markup and control characters; `BadText` if nothing can be spoken."""
    if not text.strip():
        raise BadText("text-empty", "the text is empty", pointer=_POINTER)
    if len(text) > MAX_CHARACTERS:
        detail = f"the text has {len(text)} characters; at most {MAX_CHARACTERS} can be spoken"
        raise BadText("text-too-long", detail, pointer=_POINTER, limit=MAX_CHARACTERS)
    plain = unicodedata.normalize("NFC", text)
    plain = _LINK.sub(r"\1", _TAG.sub(" ", plain)).translate(_MARKUP)
    plain = "".join(c for c in plain if c == "\n" or unicodedata.category(c)[0] != "C" or c == "\t")
    letters = [c for c in plain if c.isalpha()]
    latin = [c for c in letters if "LATIN" in unicodedata.name(c, "")]
    if not letters and not any(c.isdigit() for c in plain):
        raise BadText("text-empty", "the text has no words", pointer=_POINTER)
    if len(latin) * 2 < len(letters):
        detail = "the text is not in the Latin script; the voices here speak English"
        raise BadText("text-empty", detail, pointer=_POINTER)
    return re.sub(r"[ \t]+", " ", plain).strip()
