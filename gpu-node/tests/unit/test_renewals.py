"""What a renewal finds that nobody here knows, and what it finds though a read has brought it."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from passing_clock import PassingClock

from gpu_node.executor.hold import HeldTask
from gpu_node.executor.lease import Leases
from gpu_node.metrics import Metrics
from gpu_node.redis.steps import Entry, RenewAnswer


@pytest.mark.parametrize(
    ("entry_id", "confirmed", "accepted"),
    [("1-0", True, []), ("1-0", False, ["1-0"]), ("2-0", True, ["2-0"])],
)
async def test_what_a_read_has_brought_meanwhile_is_no_news(
    entry_id: str, confirmed: bool, accepted: list[str]
) -> None:
    found: list[str] = []
    clock = PassingClock()
    held = HeldTask("1-0", cast(Any, None), cast(Any, None), {}, cast(Any, None), leased_at=0.0)
    if confirmed:
        held.confirm(0.0)
    tasks = SimpleNamespace(held={"task": held}, in_shard=lambda _: [])
    intake = SimpleNamespace(accept=lambda _steps, entry, *, is_fresh: found.append(entry.entry_id))
    config = SimpleNamespace(lease_ms=10_000, renew_ms=3000)
    leases = Leases(cast(Any, config), cast(Any, tasks), cast(Any, intake), Metrics(), clock=clock)
    swallowed: list[str] = []
    leases.on_swallowed = swallowed.append

    async def renew(_ids: Any) -> RenewAnswer:
        return RenewAnswer({}, [Entry(entry_id, "task", b"{}")])

    steps = cast(Any, SimpleNamespace(shard="s0", renew=renew))
    leases._wake["s0"] = cast(Any, SimpleNamespace(set=lambda: None))
    await leases._renew_once(steps, [])
    assert (found, swallowed) == (accepted, ["s0"] * len(accepted))
