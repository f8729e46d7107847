"""What shards have in common is told for the first of them alone."""

from redis.exceptions import AuthenticationError, ResponseError

from gpu_node.redis.said_once import SaidOnce


def refused(shard: str) -> Exception:
    error = AuthenticationError("WRONGPASS invalid username-password pair")
    error.add_note(f"shard {shard} on 10.0.0.2:6379")
    return error


def test_a_fault_that_all_shards_have_is_news_once() -> None:
    said = SaidOnce()
    told = [said.news(refused(shard), shard) for shard in ("s0", "s1", "s0", "s2")]
    assert str(told[0]).endswith("GPU_NODE_REDIS_URL: shard s0 on 10.0.0.2:6379")
    assert told[1:] == [None] * 3
    # As long as one of them has it, another that has it again brings no news.
    assert said.worked("s0")
    assert said.news(refused("s0"), "s0") is None
    for shard in ("s0", "s1", "s2"):
        assert said.worked(shard)
    assert said.news(refused("s1"), "s1")


def test_another_fault_is_news_and_a_mistake_is_told_each_time() -> None:
    said = SaidOnce()
    assert said.news(refused("s0"), "s0")
    assert said.news(ConnectionRefusedError(111, "refused"), "s1")
    for _ in range(2):
        assert said.news(ResponseError("wrong number of arguments"), "s0")
