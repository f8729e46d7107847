"""What the gate says about values that do not fit."""

import pytest

from gpu_node.gate import Gate

_ENDING = {"kind": "ending", "outcome": "settled", "reason": "", "began": [], "results": []}


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate()


def _pointers(gate: Gate, name: str, value: object) -> list[str]:
    return [error.pointer for error in gate.check(name, value)]


def test_points_into_the_member_that_the_tag_chose(gate: Gate) -> None:
    assert _pointers(gate, "mail", {**_ENDING, "began": ["ok", "Not Ok"]}) == ["/began/1"]


def test_points_into_the_member_that_the_type_chose(gate: Gate) -> None:
    graph = {"name": "a", "nodes": [], "output": {}}
    assert _pointers(gate, "run_create", {"graph": graph}) == ["/graph/nodes"]


def test_points_to_the_union_when_no_member_was_meant(gate: Gate) -> None:
    assert _pointers(gate, "mail", {"kind": "hello"}) == [""]


def test_escapes_pointers(gate: Gate) -> None:
    executor = {"labels": {"a/b~c": 1}}
    assert "/labels/a~1b~0c" in _pointers(gate, "executor", executor)


def test_never_repeats_the_data(gate: Gate) -> None:
    errors = gate.check("gpu_node_config", {"redis_url": "https://user:hunter2@example.org"})
    assert errors
    assert not any("hunter2" in error.detail for error in errors)


@pytest.mark.parametrize("value", [object(), {1: 2}, float("nan"), b"{}"], ids=type)
def test_refuses_what_is_not_json(gate: Gate, value: object) -> None:
    assert gate.check("mail", value)


def test_refuses_deep_nesting_with_an_answer(gate: Gate) -> None:
    value: object = {}
    for _ in range(5000):
        value = {"value": value}
    assert gate.check("mail", value)


def test_bounds_the_number_of_errors(gate: Gate) -> None:
    errors = gate.check("mail", {**_ENDING, "began": ["?"] * 200})
    assert len(errors) == 100


def test_checks_the_parts_of_a_node_type(gate: Gate) -> None:
    assert not gate.node_params("synthesize_speech")({"speed": 1.5})
    assert gate.node_params("synthesize_speech")({"speed": 9})
    assert gate.node_inputs("synthesize_speech")({})
    assert gate.node_outputs("synthesize_speech")({"audio": "loud"})


def test_knows_no_other_types(gate: Gate) -> None:
    with pytest.raises(KeyError):
        gate.check("letter", {})
    with pytest.raises(KeyError):
        gate.node_params("no_such_type")


def test_compiles_schemas_of_extensions_which_may_refer_to_ours(gate: Gate) -> None:
    text = "https://schemas.myspinbot.dev/types.schema.json#/$defs/Text"
    check = gate.compile({"type": "object", "properties": {"said": {"$ref": text}}})
    assert not check({"said": "Hello."})
    assert [error.pointer for error in check({"said": 1})] == ["/said"]
