"""Both services are tested on one table of addresses, so that none is used by one and dropped by
the other."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from gpu_node.addresses import (
    AddressError,
    read_drain_address,
    read_redis_address,
    read_store_address,
)

TABLE = Path(__file__).parents[3] / "schemas" / "config" / "addresses.json"
ROWS = json.loads(TABLE.read_text())
READ = {"redis": read_redis_address, "carried": read_redis_address, "s3": read_store_address}


@pytest.mark.parametrize(
    ("kind", "row"),
    [(kind, row) for kind in READ for row in ROWS[kind]],
    ids=lambda value: value["address"] if isinstance(value, dict) else value,
)
def test_an_address_means_what_the_table_says(kind: str, row: dict[str, Any]) -> None:
    if "refused" in row:
        with pytest.raises(AddressError) as refusal:
            READ[kind](row["address"])
        assert str(refusal.value) == row["refused"]
    else:
        means = asdict(READ[kind](row["address"]))
        nothing = {"db": 0, "tls": False, "host": None, "port": None, "path": None}
        nothing |= {"user": None, "password": None, "carried": False, "cluster": []}
        if "cluster" in means:
            means["cluster"] = list(means["cluster"])
        assert means == {name: nothing[name] for name in means} | row["means"]


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("https://drain:t@jobs.example.org", "https://jobs.example.org:443/internal/drain"),
        ("https://:t@jobs.example.org/", "https://jobs.example.org:443/internal/drain"),
        ("http://drain:t@127.0.0.1:8787", "http://127.0.0.1:8787/internal/drain"),
        ("http://drain:t@[::1]:8787", "http://[::1]:8787/internal/drain"),
    ],
)
def test_a_gateway_that_is_told_of_results_has_an_address_with_a_token(
    address: str, url: str
) -> None:
    read = read_drain_address(address)
    assert (read.url, read.token) == (url, "t")
    assert "'t'" not in repr(read)


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("jobs.example.org", "must begin with https:// or http://"),
        ("redis://drain:t@jobs.example.org", "must begin with https:// or http://"),
        ("https://jobs.example.org", "names no token"),
        ("https://drain@jobs.example.org", "names a user without a password"),
        ("https://drain:t@", "names no host"),
        ("https://drain:t@jobs.example.org/internal/drain", "has more than a host and a port"),
        ("https://drain:t@jobs.example.org?x=1", "has a host that cannot be read"),
        ("https://drain:t@jobs.example.org:0", "has a port that is not a number"),
        ("https://drain:t/u@jobs.example.org", "has a character that must be escaped"),
    ],
)
def test_an_address_that_nobody_can_be_told_at_is_refused(address: str, refused: str) -> None:
    with pytest.raises(AddressError) as refusal:
        read_drain_address(address)
    assert str(refusal.value).startswith(refused)
