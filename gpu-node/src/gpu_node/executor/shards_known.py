"""Whether this executor works in the shards that gateways have: in those that it leaves out, runs
would wait without a word; shards-known.ts is its twin."""

from gpu_node.logs import get_logger


class ShardsKnown:
    """Compares what gateways say with our own number; a difference is said once in the log."""

    def __init__(self, own: int) -> None:
        self.problem: str | None = None
        """For a person; None where there is none, or nobody knows."""
        self._own = own

    def told(self, gateways: int) -> None:
        """How many gateways have; 0 = none has said it."""
        before, self.problem = self.problem, self._difference(gateways)
        if self.problem and self.problem != before:
            get_logger().error("shards differ", fault=self.problem)

    def _difference(self, gateways: int) -> str | None:
        if gateways in (0, self._own):
            return None
        both = (
            f"This box takes tasks of {_shards(self._own)} (GPU_NODE_SHARDS), "
            f"and the gateway has {gateways} (GATEWAY_SHARDS)"
        )
        left = [f"s{number}" for number in range(self._own, gateways)]
        waits = f": runs in {_named(left)} wait for another box" if left else ""
        return f"{both}{waits}. Set both alike."


def _shards(count: int) -> str:
    return f"{count} shard{'' if count == 1 else 's'}"


def _named(shards: list[str]) -> str:
    return shards[0] if len(shards) == 1 else f"{shards[0]} to {shards[-1]}"
