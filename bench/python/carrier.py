"""One Redis client of the gpu-node for each way that it is given; measures what a load takes.

Lines of input: `<way> <load> <times>`; the answer is seconds and seconds of CPU. Ways are
arguments: `name=address`.
"""

import asyncio
import sys
import time

import uvloop
from gpu_node.redis.clients import create_command_client
from redis.asyncio import Redis

IN_A_BATCH = 64
MIB = 1 << 20


async def singles(client: Redis, times: int) -> None:
    """One after another, as a lease is renewed."""
    for _ in range(times):
        await client.echo(b"x" * 200)


async def batches(client: Redis, times: int) -> None:
    """Many together, as reports are sent."""
    for _ in range(times):
        pipeline = client.pipeline(transaction=False)
        for _ in range(IN_A_BATCH):
            pipeline.echo(b"x" * 1000)
        await pipeline.execute()


async def large(client: Redis, times: int) -> None:
    """There and back."""
    for _ in range(times):
        await client.set("bench-carrier", b"x" * MIB)
        await client.get("bench-carrier")


LOADS = {"singles": singles, "batches": batches, "large": large}


async def main() -> None:
    """Until the input ends."""
    ways = dict(way.split("=", 1) for way in sys.argv[1:])
    clients = {name: create_command_client(url) for name, url in ways.items()}
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        way, load, times = line.split()
        await clients[way].ping()
        began, worked = time.perf_counter(), time.process_time()
        await LOADS[load](clients[way], int(times))
        took = time.perf_counter() - began, time.process_time() - worked
        print(*took, "done", sep="\n", flush=True)
    for client in clients.values():
        await client.aclose()


# As the gpu-node runs.
uvloop.run(main())
