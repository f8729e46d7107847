"""Keeps what is tried again and again from being told again and again."""

from gpu_node.redis.failures import fault_of, sentence_of


class SaidOnce:
    """What failed since something last worked, by where."""

    def __init__(self) -> None:
        self._said: dict[str, set[str]] = {}

    def news(self, error: BaseException, where: str = "") -> str | None:
        """The sentence about a failure of Redis, or None where it was told before, of whichever
        place: mostly they have it in common. What nobody has a sentence for is a mistake, and told
        each time."""
        sentence = sentence_of(error)
        if sentence is None:
            return (str(error) or type(error).__name__)[:500]
        is_known = any(sentence in said for said in self._said.values())
        self._said.setdefault(where, set()).add(sentence)
        return None if is_known else fault_of(error)

    def worked(self, where: str = "") -> bool:
        """From now on all is news again; answers whether something had been told."""
        return self._said.pop(where, None) is not None
