"""Turns text into pieces of phonemes (misaki's symbols), with the words they belong to."""

import json
import re
from functools import lru_cache
from pathlib import Path

from mediakit.speech.front_end.read_aloud import readable
from mediakit.speech.heteronyms import settle
from mediakit.speech.misaki import ARPABET
from mediakit.speech.names import with_names
from mediakit.speech.sentences import Sentence, halves, sentences
from mediakit.speech.speech import Piece, SpokenWord

CLAUSE_PAUSE_S = 0.12
"""Silence where a sentence had to be cut."""
_PUNCTUATION = ' ;:,.!?—…"“”()'
_ENDS = (".", "!", "?")
_CHARACTERS_PER_SYMBOL = 3
"""So many characters can never be one symbol: longer text is cut before it is looked at."""


class Phonemizer:
    """English as one accent speaks it; loading takes about a second."""

    def __init__(self, british: bool) -> None:
        import hibari.tts
        from hibari.g2p import G2P

        self.vocabulary: dict[str, int] = json.loads(
            Path(hibari.tts.ASSETS, "vocab.json").read_text(encoding="utf-8")
        )
        """Number of each symbol; hibari and Kokoro share it."""
        self._g2p = G2P(british=british)

    def pieces(self, text: str, most: int) -> list[Piece]:
        """Sentences as pieces of at most `most` symbols."""
        found = (piece for sentence in sentences(text) for piece in self._fit(sentence, most))
        return [piece for piece in found if any(symbol in ARPABET for symbol in piece.spoken)]

    def numbers(self, symbols: str) -> list[int]:
        """What the networks take: the symbols' numbers with a silent mark at both ends."""
        return [0, *(self.vocabulary[symbol] for symbol in symbols), 0]

    def _fit(self, sentence: Sentence, most: int) -> list[Piece]:
        if len(sentence.text) <= most * _CHARACTERS_PER_SYMBOL:
            piece = self._piece(sentence)
            if len(piece.spoken) <= most:
                return [piece]
        first, second = halves(sentence.text)
        return [
            *self._fit(Sentence(first, CLAUSE_PAUSE_S), most),
            *self._fit(Sentence(second, sentence.pause_s), most),
        ]

    def _piece(self, sentence: Sentence) -> Piece:
        words_only = with_names(readable(sentence.text))
        last = words_only[-1:]
        tagged = self._g2p.tokenize(words_only)
        settle(tagged)
        tokens = self._g2p.phonemize_tokens(tagged)
        spoken = ""
        words: list[SpokenWord] = []
        text, start = "", 0
        for token in tokens:
            known = "".join(s for s in token.phonemes or "" if s in self.vocabulary)
            spoken += known if spoken else known.lstrip()
            text += token.text
            if token.whitespace or token is tokens[-1]:
                end = start + len(spoken[start:].rstrip(_PUNCTUATION))
                if end > start and re.search(r"\w", text):
                    words.append(SpokenWord(text, start, end))
                spoken += " " if spoken and token is not tokens[-1] else ""
                text, start = "", len(spoken)
        # `in the U.S.`: the full stop that went into the word ends the sentence, too.
        if words and last in _ENDS and spoken[-1:] not in _PUNCTUATION:
            spoken += last
        return Piece(sentence.text, spoken, sentence.pause_s, tuple(words))


@lru_cache(maxsize=2)
def phonemizer(british: bool) -> Phonemizer:
    """One per accent and process."""
    return Phonemizer(british)
