"""What the gpu-node says about itself, and how it starts."""

import asyncio
import re
import socket
import sys
from pathlib import Path

import httpx
import pytest
from executor.driver import Driver, make_node
from executor.process import GpuNodeProcess, environment_of, run_gpu_node
from redis.asyncio import Redis
from services import Valkey, free_ports, start_valkey
from ulid import ULID

from gpu_node.contracts.keys import Keys

ENGINES = True
"""The parent that is small here has children that are not."""
RSS_LIMIT_KB = 150_000


async def run(*arguments: str, **settings: object) -> tuple[int, str, str]:
    """Exit status and output of a command that ends by itself."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gpu_node", *arguments),
        env=environment_of(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_tells_its_version_and_its_variables() -> None:
    status, out, _ = await run("--version")
    assert (status, out.split()) == (0, ["gpu-node", "0.1.0"])
    status, out, _ = await run("--help")
    assert status == 0
    for name in ("GPU_NODE_REDIS_URL ", "GPU_NODE_REDIS_URL_FILE ", "GPU_NODE_S3_ACCESS_KEY_FILE "):
        assert name in out


async def test_names_all_that_is_wrong_with_its_settings_and_no_secret() -> None:
    settings = {"port": "many", "lease_ms": 1, "redis_url": "http://x", "s3_secret_key": "hush"}
    status, _, err = await run(**settings)
    assert status == 2
    for name in ("PORT", "LEASE_MS", "REDIS_URL", "S3_ENDPOINT", "S3_ACCESS_KEY"):
        assert f"GPU_NODE_{name}" in err
    assert "hush" not in err
    assert "Traceback" not in err


async def test_a_busy_port_is_one_clear_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = {
            "port": taken.getsockname()[1],
            "redis_url": "redis://127.0.0.1:9",
            "s3_endpoint": "http://127.0.0.1:9",
            "s3_access_key": "a",
            "s3_secret_key": "b",
        }
        status, _, err = await run(**settings)
    assert status == 2
    assert "in use" in err
    assert "set GPU_NODE_PORT to another, or to 0." in err
    assert len(err.splitlines()) == 1


async def test_answers_health_metrics_and_why_it_is_not_ready(
    gpu_node: GpuNodeProcess, driver: Driver
) -> None:
    await driver.ending(await driver.issue(make_node("a")))
    async with httpx.AsyncClient(base_url=gpu_node.address) as client:
        for path in ("/health", "/healthz"):
            assert (await client.get(path)).json()["status"] == "ok"
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"]
        assert "store" in answer.json()["detail"]
        assert answer.json()["code"] == "not-ready"
        # It counts when it hears Redis's answer, which is after Redis has told the driver.
        settled, text = 'gpu_node_tasks_total{outcome="settled"}', ""
        async with asyncio.timeout(20):
            while settled not in text:
                text = (await client.get("/metrics")).text
    assert 'gpu_node_task_seconds_count{node_type="test_async",outcome="succeeded"}' in text
    for name in ("tasks_held", "leases_lost_total", "reports_in_flight", "children", "slots"):
        assert f"gpu_node_{name}" in text


async def test_says_that_it_leaves_out_shards_that_the_gateway_has(
    gpu_node: GpuNodeProcess, redis: Redis, prefix: str
) -> None:
    keys = Keys(prefix)
    row, told = keys.pool_executors("s0", "default"), keys.channel_pool_control("s0", "default")

    async def hears(shards: int) -> str:
        """What /readyz says once it has heard of so many shards."""
        await redis.hset(row, "shards:", shards)  # type: ignore[misc]
        await redis.publish(told, f"announce {gpu_node.executor_id}")
        async with httpx.AsyncClient(base_url=gpu_node.address) as client, asyncio.timeout(20):
            while True:
                detail = (await client.get("/readyz")).json()["detail"]
                if ("SHARDS" in detail) == (shards > 1):
                    return detail
                await asyncio.sleep(0.05)

    sentence = (
        "This box takes tasks of 1 shard (GPU_NODE_SHARDS), and the gateway has 3 "
        "(GATEWAY_SHARDS): runs in s1 to s2 wait for another box. Set both alike."
    )
    assert sentence in await hears(3)
    assert (await gpu_node.says("shards differ"))["fault"] == sentence
    await hears(1)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_the_parent_at_rest_is_small(gpu_node: GpuNodeProcess, driver: Driver) -> None:
    await driver.ending(await driver.issue(make_node("a", "test_process")))
    status = await asyncio.to_thread(Path(f"/proc/{gpu_node.pid}/status").read_text)
    used = int(status.split("VmRSS:")[1].split()[0])
    assert used < RSS_LIMIT_KB, used
    maps = await asyncio.to_thread(Path(f"/proc/{gpu_node.pid}/maps").read_text)
    for heavy in ("numpy", "cv2", "onnxruntime"):
        assert f"/{heavy}/" not in maps


async def test_starts_without_redis_and_begins_when_it_is_there(tmp_path: Path) -> None:
    port = free_ports(1)[0]
    starting = run_gpu_node(
        f"redis://127.0.0.1:{port}", tmp_path, wait_for="redis cannot be used", key_prefix="late"
    )
    async with starting as node:
        async with httpx.AsyncClient(base_url=node.address) as client:
            detail = (await client.get("/readyz")).json()["detail"]
            assert "Redis" in detail
        with start_valkey(tmp_path / "valkey", port=port) as server:
            redis = Redis.from_url(server.url, protocol=2)
            driver = Driver(redis, "late")
            task_id = await driver.issue(make_node("a"))
            assert (await driver.ending(task_id))["outcome"] == "settled"
            await redis.aclose()


async def test_shards_share_the_places_of_the_executor(
    valkey: Valkey, tmp_path: Path, redis: Redis
) -> None:
    name = f"t{ULID()}"
    drivers = [Driver(redis, name, f"s{i}") for i in range(3)]
    async with run_gpu_node(valkey.url, tmp_path, key_prefix=name, shards=3, slots=2):
        tasks = [
            (driver, await driver.issue(make_node("a", params={"sleep_s": 0.02})))
            for _ in range(5)
            for driver in drivers
        ]
        outcomes = {(await driver.ending(task_id))["outcome"] for driver, task_id in tasks}
        # A read of another shard may have brought one too many: it is given back.
        assert outcomes <= {"settled", "released"}
        for driver in drivers:
            await driver.assert_at_rest()


async def test_a_handler_that_cannot_be_probed_takes_no_other_with_it(
    valkey: Valkey, tmp_path: Path, redis: Redis
) -> None:
    name = f"t{ULID()}"
    extension = Path(__file__).with_name("bad_extension.py")
    settings = {"key_prefix": name, "extensions": extension}
    async with run_gpu_node(valkey.url, tmp_path, **settings) as node:
        driver = Driver(redis, name)
        digest = make_node("a", "test_process")["schema_digest"]
        broken = await driver.issue(make_node("a", "test_broken", schema_digest=digest))
        good = await driver.issue(make_node("a", "test_process"))
        assert (await driver.ending(good))["outcome"] == "settled"
        ending = await driver.ending(broken)
        assert (ending["outcome"], "code 4" in ending["reason"]) == ("mismatch", True)
        assert (await node.says("probe failed"))["node_type"] == "test_broken"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/docs", "/none"])
async def test_only_names_of_this_machine_are_answered(gpu_node: GpuNodeProcess, path: str) -> None:
    """A page whose name was rebound to this address sends that name."""
    async with httpx.AsyncClient(base_url=gpu_node.address) as client:
        for host in (
            "evil.example",
            "evil.example:8788",
            "localhost.evil.example",
            "127.0.0.1.a",
            "",
        ):
            answer = await client.get(path, headers={"host": host})
            assert (answer.status_code, answer.json()["code"]) == (403, "not-local"), host
        for host in ("localhost", "LOCALHOST:1", "127.0.0.1:8788", "[::1]:8788", "10.0.0.7"):
            assert (await client.get(path, headers={"host": host})).status_code != 403, host


async def test_an_executor_id_says_nothing_about_the_machine(gpu_node: GpuNodeProcess) -> None:
    assert re.fullmatch("gpu-[0-9A-HJKMNP-TV-Z]{26}", gpu_node.executor_id)
