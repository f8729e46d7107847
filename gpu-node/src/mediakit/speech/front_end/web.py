# ruff: noqa: E501
"""Addresses, names of people on networks, and hashtags."""

import re

from mediakit.speech.front_end.rules import Rule

_DOMAINS = frozenset(
    "com org net edu gov io dev ai uk de fr eu us info app me co tv biz ly ca au nl it es ch at".split()
)
_PART = r"[\w-]{1,63}"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Za-z])(?=\d)")


def _address(match: re.Match[str]) -> str:
    """`www.example.com/a` as "example dot com slash a"; other words with full stops stay."""
    if match[1].rsplit(".", 1)[1].casefold() not in _DOMAINS:
        return match[0]
    path = "".join(f" slash {_spelled(part)}" for part in (match[2] or "").split("/") if part)
    return _spelled(match[1]) + path


def _spelled(name: str) -> str:
    named = name.replace(".", " dot ").replace("_", " underscore ").replace("-", " dash ")
    named = named.replace("+", " plus ").replace("=", " equals ").replace("&", " and ")
    return re.sub(r"[?#%]", " ", named)


def _tag(match: re.Match[str]) -> str:
    return "hashtag " + _HUMP.sub(" ", match[1].replace("_", " "))


RULES: list[Rule] = [
    (re.compile(rf"(?<![\w.+-])([\w.+-]{{1,64}})@((?:{_PART}\.){{1,5}}[a-z]{{2,8}})\b", re.I),
     lambda m: f"{_spelled(m[1])} at {_spelled(m[2])}"),
    (re.compile(
        rf"(?<![\w.@-])(?:https?://)?(?:www\.)?((?:{_PART}\.){{1,5}}[a-z]{{2,8}})(?::\d{{1,5}})?"
        r"(/[\w./?=&%#+-]{0,200}[\w/])?(?![\w@])", re.I), _address),
    (re.compile(r"(?<![\w&])#(\d{1,9})(?![\w-])"), r"number \1"),
    (re.compile(r"(?<![\w&])#([^\W\d]\w{0,99})"), _tag),
    (re.compile(r"(?<![\w@])@([^\W\d]\w{0,99})"), lambda m: "at " + _HUMP.sub(" ", m[1])),
    (re.compile(r"(?<!\w)[~/](?:[\w.-]{1,40}/){1,8}[\w.-]{1,40}"),
     lambda m: " slash ".join(_spelled(part) for part in m[0].strip("~").split("/")).strip()),
]  # fmt: skip
