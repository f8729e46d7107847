"""A table of rules: what is written, and the words for it."""

import re
from collections.abc import Callable, Iterable

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]
"""Patterns are linear in the text: no repetition of what itself repeats without an end."""


_ARTICLE = re.compile(r"(?<!\w)an? \Z", re.I)


def is_after_article(match: re.Match[str]) -> bool:
    """Whether "a" or "an" stands before it: the end of "ran" is none."""
    return _ARTICLE.search(match.string[max(0, match.start() - 4) : match.start()]) is not None


def applied(rules: Iterable[Rule], text: str) -> str:
    """The text after all rules, in their order: what is more particular comes first."""
    for pattern, words in rules:
        text = pattern.sub(words, text)
    return text


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
