"""Both services are tested on one table of addresses, so that none is used by one and dropped by
the other."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from gpu_node.addresses import AddressError, read_redis_address, read_store_address

TABLE = Path(__file__).parents[3] / "schemas" / "config" / "addresses.json"
ROWS = json.loads(TABLE.read_text())
READ = {"redis": read_redis_address, "s3": read_store_address}


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
        nothing |= {"user": None, "password": None}
        assert means == {name: nothing[name] for name in means} | row["means"]
