"""The generated tables say what the contract's files say."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from gpu_node.contracts import keys, wire
from gpu_node.contracts.config import GPU_NODE_ENV
from gpu_node.contracts.keys import Keys
from gpu_node.contracts.models import GraphEdge, SynthesizeSpeechParams, Voice
from gpu_node.contracts.node_types import NODE_TYPES
from gpu_node.contracts.problem_types import PROBLEM_TYPES
from gpu_node.contracts.scripts import SCRIPTS

_ROOT = Path(__file__).parents[3]
_WIRE = json.loads((_ROOT / "schemas" / "wire.json").read_text("utf-8"))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _filled(template: str) -> tuple[list[str], str]:
    """Arguments for a template's builder, and the name that it must make of them."""
    names = [name for name in re.findall(r"<([a-z0-9]+)>", template) if name != "prefix"]
    values = {name: "s1" if name == "shard" else f"my-{name}" for name in names}
    text = template.replace("<prefix>", "msb")
    for name, value in values.items():
        text = text.replace(f"<{name}>", value)
    return [values[name] for name in names], text


@pytest.mark.parametrize("name", _WIRE["keys"])
def test_key_follows_its_template(name: str) -> None:
    arguments, text = _filled(_WIRE["keys"][name]["template"])
    assert getattr(Keys("msb"), _snake(name))(*arguments) == text


@pytest.mark.parametrize("name", _WIRE["channels"])
def test_channel_follows_its_template(name: str) -> None:
    arguments, text = _filled(_WIRE["channels"][name]["template"])
    assert getattr(Keys("msb"), f"channel_{_snake(name)}")(*arguments) == text


@pytest.mark.parametrize("name", _WIRE["objects"])
def test_object_key_follows_its_template(name: str) -> None:
    arguments, text = _filled(_WIRE["objects"][name])
    assert getattr(keys, f"object_key_{_snake(name)}")(*arguments) == text


@pytest.mark.parametrize("part", ["*", "a b", "}", "{s1}", "a\n", "a?", "[a]", "a" * 201, "é"])
def test_refuses_unsafe_parts(part: str) -> None:
    with pytest.raises(ValueError, match="not a safe run"):
        Keys("msb").run("s0", part)
    with pytest.raises(ValueError, match="not a safe shard"):
        Keys("msb").run(part, "run_s0_1")


@pytest.mark.parametrize("name", ["..", "a/b", "", "a\n"])
def test_refuses_unsafe_segments(name: str) -> None:
    with pytest.raises(ValueError, match="not a safe file"):
        keys.object_key_file(name)


def test_empty_last_argument_gives_the_prefix_of_a_family() -> None:
    assert Keys("msb").pool_task("s0", "default", "") == "msb:{s0}:pool:default:task:"
    with pytest.raises(ValueError, match="not a safe run"):
        Keys("msb").run_nodes("s0", "")


def test_reads_the_shard_that_an_id_names() -> None:
    assert keys.shard_of_id("task_s12_01KA7QJ3N8XW5V2M4T6R9C1D0E") == "s12"
    assert keys.shard_of_id("file_01KA7QJ3N8XW5V2M4T6R9C1D0E") == ""


def test_node_types_carry_the_digest_of_their_schema() -> None:
    for name, node_type in NODE_TYPES.items():
        schema = json.loads(
            (_ROOT / "schemas" / "nodes" / f"{name}.schema.json").read_text("utf-8")
        )
        # Equal to RFC 8785 for what schemas hold: ASCII keys and plain numbers.
        canonical = json.dumps(schema, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert node_type.schema_digest == hashlib.sha256(canonical.encode()).hexdigest()


def test_scripts_carry_the_digest_by_which_redis_knows_them() -> None:
    for script in SCRIPTS.values():
        assert (
            hashlib.sha1(script.source.encode(), usedforsecurity=False).hexdigest() == script.sha1
        )


def test_tables_are_whole() -> None:
    problems = json.loads((_ROOT / "schemas" / "problem-types.json").read_text("utf-8"))
    assert list(PROBLEM_TYPES) == [row["code"] for row in problems["types"]]
    # One is derived from the schema of a request, by codegen/src/source.ts.
    derived = {"body_keys": wire.DEFAULTS["body_keys"]}
    assert derived["body_keys"] > _WIRE["defaults"]["free_keys"]
    assert wire.DEFAULTS == _WIRE["defaults"] | derived
    assert wire.GROUPS == _WIRE["groups"]
    assert all(
        variable.required == (variable.default is None) for variable in GPU_NODE_ENV.values()
    )


def test_models_leave_absent_fields_out_and_fill_defaults_in() -> None:
    assert Voice(name="alba").model_dump() == {"name": "alba"}
    assert SynthesizeSpeechParams.model_validate({}).speed == 1


def test_models_keep_reserved_names_on_the_wire() -> None:
    edge = GraphEdge(from_="a", to="b", on="always")
    assert edge.model_dump() == {"from": "a", "to": "b", "on": "always"}
    assert GraphEdge.model_validate_json(edge.model_dump_json()) == edge
