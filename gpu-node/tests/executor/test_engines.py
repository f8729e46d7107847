"""Engines come and go while the gpu-node runs, and its machine is shared within what it has."""

import asyncio
import json
import shutil
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from executor.driver import Driver, Values, make_node
from executor.process import GpuNodeProcess, run_gpu_node, until
from redis.asyncio import Redis
from services import Valkey
from ulid import ULID

NEVER_MS = 3_600_000
EXTENSION = Path(__file__).with_name("engines_extension.py")


class Box:
    """A gpu-node with the extension in a folder of its own, and its driver."""

    def __init__(self, node: GpuNodeProcess, driver: Driver, folder: Path) -> None:
        self.node = node
        self.driver = driver
        self.folder = folder

    async def row(self, node_type: str) -> Values:
        """What is announced about a type."""
        key = self.driver.keys.pool_executors(self.driver.shard, self.driver.pool)
        text = await self.driver.redis.hget(key, self.node.executor_id)
        return next(row for row in json.loads(text)["node_types"] if row["type"] == node_type)

    async def announces(self, node_type: str, is_so: Callable[[Values], bool]) -> Values:
        """The announcement of a type, as soon as it is so."""
        async with asyncio.timeout(20):
            row = await self.row(node_type)
            while not is_so(row):
                await asyncio.sleep(0.005)
                row = await self.row(node_type)
        return row

    def working(self) -> list[str]:
        """Which calls of `hungry` have begun."""
        return [path.name.removeprefix("works-") for path in self.folder.glob("works-*")]

    async def probe(self) -> dict[str, Any]:
        """Ask on demand; engines by type as the box answers."""

        def post() -> Any:
            request = urllib.request.Request(f"{self.node.address}/probe", method="POST")
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)

        answer = await asyncio.to_thread(post)
        return {row["type"]: row["engines"] for row in answer["node_types"]}

    async def issue(self, node_type: str, **fields: Any) -> str:
        digest = node_type.encode().hex().ljust(64, "0")[:64]
        return await self.driver.issue(make_node("n", node_type, schema_digest=digest, **fields))


@asynccontextmanager
async def box(valkey: Valkey, redis: Redis, folder: Path, **settings: object) -> AsyncIterator[Box]:
    """Started with what lies in the folder."""
    shutil.copy(EXTENSION, folder)
    prefix = f"t{ULID()}"
    extension = folder / EXTENSION.name
    fixed = {"key_prefix": prefix, "extensions": extension, "probe_ms": NEVER_MS, **settings}
    async with run_gpu_node(valkey.url, folder, **fixed) as node:
        yield Box(node, await Driver(redis, prefix).skip_past(), folder)


async def test_an_engine_that_goes_away_is_told_at_once_and_costs_no_attempt(
    valkey: Valkey, redis: Redis, tmp_path: Path
) -> None:
    flag = tmp_path / "flag"
    flag.touch()
    async with box(valkey, redis, tmp_path) as here:
        assert (await here.row("flagged"))["engines"][0]["available"]
        flag.unlink()
        # Nobody knows it yet: the work itself finds out, and that is looked into.
        first = await here.driver.ending(await here.issue("flagged"))
        assert first["results"][0]["problem"]["code"] == "handler-unavailable"
        gone = await here.announces("flagged", lambda row: not row["engines"][0]["available"])
        assert gone["engines"][0]["reason"] == "the flag is down"
        second = await here.driver.ending(await here.issue("flagged"))
        assert (second["outcome"], second["results"]) == ("declined", [])
        assert "the flag is down" in second["reason"]
        flag.touch()
        assert (await here.probe())["flagged"][0]["available"]
        await here.announces("flagged", lambda row: row["engines"][0]["available"])
        third = await here.driver.ending(await here.issue("flagged"))
        assert third["results"][0]["outputs"] == {"text": "waved"}


async def test_work_that_wants_an_absent_engine_makes_the_box_look_again(
    valkey: Valkey, redis: Redis, tmp_path: Path
) -> None:
    async with box(valkey, redis, tmp_path) as here:
        assert not (await here.row("flagged"))["engines"][0]["available"]
        (tmp_path / "flag").touch()
        declined = await here.driver.ending(await here.issue("flagged"))
        assert declined["outcome"] == "declined"
        await here.announces("flagged", lambda row: row["engines"][0]["available"])
        done = await here.driver.ending(await here.issue("flagged"))
        assert done["outcome"] == "settled"


async def test_a_service_that_starts_later_is_found_and_one_that_ends_is_missed(
    valkey: Valkey, redis: Redis, tmp_path: Path
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"hello\n")
        await writer.drain()
        writer.close()

    service = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = service.sockets[0].getsockname()[1]
    service.close()
    await service.wait_closed()
    (tmp_path / "address").write_text(str(port))
    async with box(valkey, redis, tmp_path, probe_ms=50) as here:
        absent = (await here.row("serviced"))["engines"][0]
        assert not absent["available"] and "does not answer" in absent["reason"]
        service = await asyncio.start_server(answer, "127.0.0.1", port)
        found = await here.announces("serviced", lambda row: row["engines"][0]["available"])
        assert found["engines"][0]["offers"] == {"greetings": ["hello"]}
        done = await here.driver.ending(await here.issue("serviced"))
        assert done["results"][0]["outputs"] == {"text": "hello"}
        service.close()
        await here.announces("serviced", lambda row: not row["engines"][0]["available"])


async def test_what_the_machine_can_never_do_is_announced_and_declined(
    valkey: Valkey, redis: Redis, tmp_path: Path
) -> None:
    async with box(valkey, redis, tmp_path, gpu=1, vram_gb=8) as here:
        why = "hungry needs 10 vram_gb, and this machine has 8"
        assert (await here.row("hungry"))["cannot_now"] == why
        ending = await here.driver.ending(await here.issue("hungry", inputs={"a": "x"}))
        assert (ending["outcome"], ending["reason"]) == ("declined", why)
        assert here.working() == []


@pytest.mark.parametrize("vram_gb", [10, 19.9])
async def test_two_that_do_not_fit_together_run_one_after_the_other(
    valkey: Valkey, redis: Redis, tmp_path: Path, vram_gb: float
) -> None:
    async with box(valkey, redis, tmp_path, gpu=2, vram_gb=vram_gb, slots=2) as here:
        tasks = [await here.issue("hungry", inputs={"a": name}) for name in ("x", "y")]
        for task in tasks:
            await here.driver.started(task, "n")
        await until(lambda: here.working() != [])
        (works,) = here.working()
        (tmp_path / f"ends-{works}").touch()
        other = {"x": "y", "y": "x"}[works]
        await until((tmp_path / f"works-{other}").exists)
        (tmp_path / f"ends-{other}").touch()
        for task in tasks:
            assert (await here.driver.ending(task))["outcome"] == "settled"


async def test_two_that_fit_run_at_once(valkey: Valkey, redis: Redis, tmp_path: Path) -> None:
    async with box(valkey, redis, tmp_path, gpu=2, vram_gb=20, slots=2) as here:
        tasks = [await here.issue("hungry", inputs={"a": name}) for name in ("x", "y")]
        await until(lambda: len(here.working()) == 2)
        for name in ("x", "y"):
            (tmp_path / f"ends-{name}").touch()
        for task in tasks:
            assert (await here.driver.ending(task))["outcome"] == "settled"
