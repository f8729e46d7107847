"""The floor of an executor: nothing but Redis and the call. `batch` acknowledges a whole read in
one pipeline; `script` ends each task by one Lua call of its own, as every real executor must."""

import asyncio
import os
import sys

import orjson
import redis.asyncio
import uvloop
from ledger import Ledger

CONCURRENCY = 32
STREAM, GROUP = os.environ["FLOOR_STREAM"], "executors"
SETTLE = """
redis.call('XACK', KEYS[1], 'executors', ARGV[1])
redis.call('XDEL', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[2], 'result', ARGV[2])
return 'ok'"""

_ledger = Ledger(os.environ["BENCH_LEDGER"])
_redis = redis.asyncio.Redis.from_url(os.environ["PEER_URL"], protocol=2, socket_timeout=20)


async def noop(body: bytes) -> bytes:
    text = orjson.loads(body)["nodes"][0]["inputs"]["text"]["value"]
    _ledger.hear(text)
    return orjson.dumps({"text": text})


async def read(count: int) -> list:
    try:
        answer = await _redis.execute_command(
            "XREADGROUP",
            "GROUP",
            GROUP,
            "floor",
            "COUNT",
            count,
            "BLOCK",
            5000,
            "STREAMS",
            STREAM,
            ">",
        )
    except redis.exceptions.ResponseError:
        await asyncio.sleep(0.05)
        return []
    return answer[0][1] if answer else []


async def run_batches() -> None:
    while True:
        pipeline = _redis.pipeline(transaction=False)
        ids = []
        for entry_id, fields in await read(CONCURRENCY):
            pipeline.set(b"floor:" + fields[b"task"], await noop(fields[b"body"]), ex=600)
            ids.append(entry_id)
        if ids:
            pipeline.xack(STREAM, GROUP, *ids)
            pipeline.xdel(STREAM, *ids)
            await pipeline.execute()


async def run_scripts() -> None:
    free = asyncio.Semaphore(CONCURRENCY)
    settle = await _redis.script_load(SETTLE)
    running = set()

    async def work(entry_id: bytes, fields: dict[bytes, bytes]) -> None:
        result = await noop(fields[b"body"])
        key = b"floor:" + fields[b"task"]
        await _redis.evalsha(settle, 2, STREAM, key, entry_id, result)
        free.release()

    while True:
        await free.acquire()
        free.release()
        for entry_id, fields in await read(max(1, CONCURRENCY - len(running))):
            await free.acquire()
            task = asyncio.create_task(work(entry_id, fields))
            running.add(task)
            task.add_done_callback(running.discard)


if __name__ == "__main__":
    uvloop.run(run_batches() if sys.argv[1] == "batch" else run_scripts())
