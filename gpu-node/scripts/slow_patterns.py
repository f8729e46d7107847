"""Finds patterns whose work grows with the square of a text's length, or faster.

A run of one kind of character is the attack: a repeat without bound that can begin at each place of
the run and then fail (`\\s+$`), that shares the run with another (`a*a*b`), or holds another
(`(a+)+b`). Repeats with a bound cost a constant.
"""

import re
import re._constants as c
import re._parser as parser
from collections.abc import Iterator, Sequence
from typing import Any

Item = tuple[Any, Any]
_SAMPLE = [chr(n) for n in range(128)] + list("éßÀΩж中٣²…—“”«»„€£°\u2013\u2018\u2019\u00a0\u2028")
"""Characters of all kinds that patterns tell apart."""
_MANY = 1000
"""A repeat with a bound below is a constant."""
_REPEATS = (c.MAX_REPEAT, c.MIN_REPEAT)
_LOOKS = (c.ASSERT, c.ASSERT_NOT, c.AT)


def reasons(pattern: str, flags: int = 0, *, anchored: bool = False) -> list[str]:
    """Why the pattern is slow; empty if it is not.

    anchored: it is tried at one place only (match, fullmatch).
    """
    tree = parser.parse(pattern, flags)
    return sorted(set(_visit([], list(tree), [], flags=tree.state.flags, anchored=anchored)))


def _visit(
    before: list[Item], items: list[Item], after: list[Item], *, flags: int, anchored: bool
) -> Iterator[str]:
    for place, item in enumerate(items):
        left, right = before + items[:place], items[place + 1 :] + after
        if _endless(item):
            yield from _judge(left, item, right, flags=flags, anchored=anchored)
        # Another round may follow; it need not, so it cannot fail.
        again = [(item[0], (0, *item[1][1:]))] if _endless(item) else []
        for inner in _alternatives(item):
            yield from _visit(left, inner, again + right, flags=flags, anchored=anchored)
        if item[0] in (c.ASSERT, c.ASSERT_NOT) and item[1][0] > 0:
            yield from _visit(left, list(item[1][1]), [], flags=flags, anchored=anchored)


def _judge(
    left: list[Item], item: Item, right: list[Item], *, flags: int, anchored: bool
) -> Iterator[str]:
    run = _characters(item, flags)
    if not run or not any(_can_fail(each) for each in right):
        return
    if any(_holds_run(inner, flags) for inner in _alternatives(item)):
        yield "a repeat within a repeat shares its characters"
    starts = not anchored and not _begins_once(left, run, flags)
    if starts and all(_fits(each, run, flags) for each in left):
        yield "begins anywhere in a run, and can fail after it"
    for place, other in enumerate(left):
        for loop, rest in _loops(other):
            shared = run & _characters(loop, flags)
            between = [*rest, *left[place + 1 :]]
            if shared and all(_fits(each, shared, flags) for each in between):
                yield "two repeats share a run, and it can fail after them"


def _loops(item: Item) -> Iterator[tuple[Item, list[Item]]]:
    """The repeats without bound in the item, each with what follows it inside the item."""
    if _endless(item):
        yield item, []
    for items in _alternatives(item):
        for place, each in enumerate(items):
            for loop, rest in _loops(each):
                yield loop, [*rest, *items[place + 1 :]]


def _holds_run(items: list[Item], flags: int) -> bool:
    for place, item in enumerate(items):
        others = items[:place] + items[place + 1 :]
        run = _characters(item, flags)
        if _endless(item) and run and all(_fits(each, run, flags) for each in others):
            return True
    return any(
        _holds_run(inner, flags)
        for item in items
        if len(items) == 1
        for inner in _alternatives(item)
    )


def _begins_once(left: Sequence[Item], run: set[str], flags: int) -> bool:
    """Whether what stands before lets a match begin at the run's first character only."""
    for op, value in left:
        if op is c.AT:
            if value is c.AT_BEGINNING and ("\n" not in run or not flags & re.M):
                return True
            if value is c.AT_BEGINNING_STRING:
                return True
            words = {each for each in run if re.match(r"\w", each)}
            if value is c.AT_BOUNDARY and words in (run, set()):
                return True
        if op is c.ASSERT_NOT and value[0] < 0 and len(value[1]) == 1:
            if run <= _characters(value[1][0], flags):
                return True
        if op is c.ASSERT and value[0] < 0 and len(value[1]) == 1:
            if not run & _characters(value[1][0], flags):
                return True
    return False


def _endless(item: Item) -> bool:
    return item[0] in _REPEATS and item[1][1] >= _MANY


def _alternatives(item: Item) -> list[list[Item]]:
    op, value = item
    if op in (*_REPEATS, c.POSSESSIVE_REPEAT):
        return [list(value[2])]
    if op is c.SUBPATTERN:
        return [list(value[3])]
    if op is c.BRANCH:
        return [list(each) for each in value[1]]
    return []


def _characters(item: Item, flags: int) -> set[str]:
    """What of the sample the item can consume."""
    op, value = item
    inner = _alternatives(item)
    if inner:
        return {each for items in inner for one in items for each in _characters(one, flags)}
    if op is c.GROUPREF:
        return set(_SAMPLE)
    if op in _LOOKS:
        return set()
    return {each for each in _SAMPLE if _takes(op, value, each, flags)}


def _takes(op: Any, value: Any, letter: str, flags: int) -> bool:
    if op is c.IN:
        negated = value[0][0] is c.NEGATE
        return any(_takes(*each, letter, flags) for each in value[negated:]) != negated
    same = {letter, letter.lower(), letter.upper()} if flags & re.I else {letter}
    if op is c.RANGE:
        return any(len(each) == 1 and value[0] <= ord(each) <= value[1] for each in same)
    if op in (c.LITERAL, c.NOT_LITERAL):
        return (chr(value) in same) != (op is c.NOT_LITERAL)
    if op is c.ANY:
        return letter != "\n" or bool(flags & re.S)
    known = {
        c.CATEGORY_DIGIT: r"\d",
        c.CATEGORY_SPACE: r"\s",
        c.CATEGORY_WORD: r"\w",
        c.CATEGORY_NOT_DIGIT: r"\D",
        c.CATEGORY_NOT_SPACE: r"\S",
        c.CATEGORY_NOT_WORD: r"\W",
    }
    return op is c.CATEGORY and re.match(known[value], letter) is not None


def _fits(item: Item, run: set[str], flags: int) -> bool:
    """Whether the item can match nothing, or characters of the run alone."""
    op, value = item
    if op is c.ASSERT and value[0] > 0:
        return all(_fits(each, run, flags) for each in list(value[1])[:1])
    if op in _LOOKS or (op in _REPEATS and value[0] == 0):
        return True
    inner = _alternatives(item)
    if inner:
        return any(all(_fits(each, run, flags) for each in items) for items in inner)
    return op is c.GROUPREF or bool(run & _characters(item, flags))


def _can_fail(item: Item) -> bool:
    """Whether there are texts that the item does not match."""
    op, value = item
    if op in _REPEATS and value[0] == 0:
        return False
    inner = _alternatives(item)
    return not inner or all(any(_can_fail(each) for each in items) for items in inner)
