"""What a Redis without room is called."""

import pytest
from redis.exceptions import ResponseError

from gpu_node.redis.failures import fault_of, is_unavailable

FULL = "The disk of Redis is full: free some room on it, and all goes on by itself (MISCONF)"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("MISCONF Errors writing to the AOF file: No space left on device", FULL),
        ("MISCONF Errors writing to the AOF file: Disk quota exceeded", FULL),
        (
            "MISCONF Errors writing to the AOF file: No space left on device script: on @user:1.",
            FULL,
        ),
        (
            "MISCONF Valkey is configured to save RDB snapshots, but it's currently unable to",
            "Redis cannot write its data to disk and takes no more; its log says why (MISCONF)",
        ),
    ],
)
def test_says_what_a_server_without_room_needs(answer: str, sentence: str) -> None:
    error = ResponseError(answer)
    assert fault_of(error) == sentence
    assert is_unavailable(error)
