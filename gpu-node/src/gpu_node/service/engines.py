"""The watch over engines, which others reach before there is one and after."""

from typing import Any

from gpu_node.executor.prober import Prober


class Engines:
    """Begins without a prober: health answers before there is anything to ask."""

    def __init__(self) -> None:
        self.prober: Prober | None = None

    async def run(self) -> None:
        """Ask them again and again."""
        if self.prober:
            await self.prober.run()

    async def now(self) -> list[dict[str, Any]] | None:
        """What can be done here, as found from now on; None while that cannot be asked yet."""
        return await self.prober.now() if self.prober else None
