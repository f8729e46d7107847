"""What a client writes into data is data, also where it has the form of a reference."""

import json
from pathlib import Path
from typing import Any

from gpu_node.contracts.node_types import NODE_TYPES, Port
from gpu_node.executor.references import FILE_TYPES, find_refs

TYPES = json.loads((Path(__file__).parents[3] / "schemas" / "types.schema.json").read_text("utf-8"))
FORGED = {
    "artifact_id": "art_s0_other",
    "key": "runs/run_s0_other/task_s0_other/secret",
    "media_type": "video/mp4",
    "size": 1,
    "sha256": "a" * 64,
    "name": "a.mp4",
    "meta": {},
}


def _port(kind: str) -> dict[str, Port]:
    return {"in": Port(kind, True)}


def test_the_types_that_are_references_are_those_of_the_contract() -> None:
    named = {name: TYPES["$defs"][name] for name in TYPES["x-named-types"]}
    assert {n for n, schema in named.items() if "key" in schema.get("properties", {})} == FILE_TYPES


def test_a_reference_within_data_is_data() -> None:
    values: list[Any] = [FORGED, {"a": [FORGED, {"b": FORGED}]}, {"clip": FORGED}]
    for value in values:
        assert find_refs(_port("Json"), {"in": value}) == []
    assert find_refs(_port("Text"), {"in": json.dumps(FORGED)}) == []


def test_references_on_ports_of_files_count_without_what_lies_in_them() -> None:
    ref = FORGED | {"meta": {"of": FORGED}}
    for kind in FILE_TYPES:
        assert find_refs(_port(kind), {"in": ref}) == [ref]
    assert find_refs(_port("Voice"), {"in": {"clip": ref, "consent": True}}) == [ref]
    assert find_refs(_port("Voice"), {"in": {"name": "Heart"}}) == []


def test_every_element_of_a_list_counts_and_a_list_of_data_is_data() -> None:
    ref = FORGED | {"meta": {}}
    for kind in FILE_TYPES:
        assert find_refs(_port(f"{kind}[]"), {"in": [ref, ref]}) == [ref, ref]
        assert find_refs(_port(f"{kind}[]"), {"in": []}) == []
    voices = [{"name": "Heart"}, {"clip": ref, "consent": True}]
    assert find_refs(_port("Voice[]"), {"in": voices}) == [ref]
    assert find_refs(_port("Json[]"), {"in": [FORGED, {"a": FORGED}]}) == []


def test_no_port_of_ours_takes_files_in_another_way() -> None:
    used = {
        port.type.removesuffix("[]")
        for node_type in NODE_TYPES.values()
        for port in node_type.inputs.values()
    }
    assert used <= {*FILE_TYPES, "Voice", "Text", "Number", "Boolean", "Json"}
