"""Settings out of an environment."""

import dataclasses
from pathlib import Path

import pytest

from gpu_node.config import Config, ConfigError, read_config
from gpu_node.contracts.config import GPU_NODE_ENV
from gpu_node.gate import Gate

LEAST = {
    "GPU_NODE_REDIS_URL": "redis://127.0.0.1:6379",
    "GPU_NODE_S3_ENDPOINT": "http://127.0.0.1:8333",
    "GPU_NODE_S3_ACCESS_KEY": "access",
    "GPU_NODE_S3_SECRET_KEY": "secret",
}


def no_files(_path: str, _variable: str) -> str:
    raise AssertionError("nobody names a file here")


def test_has_a_field_for_each_variable() -> None:
    settings = {name for name, variable in GPU_NODE_ENV.items() if variable.is_setting}
    fields = {field.name for field in dataclasses.fields(Config)}
    assert fields == {*GPU_NODE_ENV, "secret_files"} - settings


def test_settings_of_handlers_are_handed_on_as_they_are() -> None:
    more = {"GPU_NODE_SETTINGS": "style=bold, seed=a=b", "GPU_NODE_VISIBLE_MARK": "false"}
    config = read_config(LEAST | more, Gate(), no_files)
    assert config.settings == {"style": "bold", "seed": "a=b", "visible_mark": False}


@pytest.mark.parametrize(("given", "read"), [("-1", -1), ("2.5", 2.5), ("0", 0)])
def test_amounts_may_be_broken_numbers(given: str, read: float) -> None:
    assert read_config(LEAST | {"GPU_NODE_CPU": given}, Gate(), no_files).cpu == read


def test_an_amount_that_is_none_is_named() -> None:
    with pytest.raises(ConfigError, match="GPU_NODE_VRAM_GB is not a number"):
        read_config(LEAST | {"GPU_NODE_VRAM_GB": "much"}, Gate(), no_files)


def test_takes_defaults_for_what_is_not_set() -> None:
    config = read_config(LEAST, Gate(), no_files)
    assert config.lease_ms == GPU_NODE_ENV["lease_ms"].default
    assert config.data_dir.is_absolute()
    assert config.labels == {}


def test_reads_numbers_lists_and_paths() -> None:
    more = {"GPU_NODE_SLOTS": "3", "GPU_NODE_LABELS": "gpu=a100, zone=b", "GPU_NODE_DATA_DIR": "/x"}
    config = read_config(LEAST | more, Gate(), no_files)
    assert (config.slots, config.data_dir) == (3, Path("/x"))
    assert config.labels == {"gpu": "a100", "zone": "b"}


def test_reports_all_errors_together_and_no_secret() -> None:
    wrong = {
        **LEAST,
        "GPU_NODE_SHARDS": "many",
        "GPU_NODE_PORT": "70000",
        "GPU_NODE_LABELS": "nonsense",
        "GPU_NODE_S3_ACCESS_KEY": "",
    }
    with pytest.raises(ConfigError) as caught:
        read_config(wrong, Gate(), no_files)
    text = str(caught.value)
    assert len(caught.value.errors) == 4
    for name in ("SHARDS", "PORT", "LABELS", "S3_ACCESS_KEY"):
        assert f"GPU_NODE_{name}" in text
    assert "secret" not in text.replace("S3_SECRET_KEY", "")


def test_renewing_must_be_frequent_enough() -> None:
    with pytest.raises(ConfigError, match="third"):
        read_config(
            LEAST | {"GPU_NODE_LEASE_MS": "3000", "GPU_NODE_RENEW_MS": "1500"}, Gate(), no_files
        )


@pytest.mark.parametrize(("text", "marked"), [("", True), ("true", True), ("False", False)])
def test_the_mark_is_there_unless_it_is_turned_off(text: str, marked: bool) -> None:
    config = read_config(LEAST | {"GPU_NODE_VISIBLE_MARK": text}, Gate(), no_files)
    assert config.settings["visible_mark"] is marked


@pytest.mark.parametrize(("text", "kept"), [("", True), ("false", False)])
def test_portraits_are_kept_unless_that_is_turned_off(text: str, kept: bool) -> None:
    assert read_config(LEAST | {"GPU_NODE_CACHE": text}, Gate(), no_files).cache is kept


def test_a_word_that_is_not_known_turns_nothing_off() -> None:
    with pytest.raises(ConfigError, match="GPU_NODE_VISIBLE_MARK"):
        read_config(LEAST | {"GPU_NODE_VISIBLE_MARK": "ture"}, Gate(), no_files)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"ACCESS_CLIENT_ID": "a"},
            "ACCESS_CLIENT_ID is set without GPU_NODE_ACCESS_CLIENT_SECRET",
        ),
        ({"ACCESS_CLIENT_SECRET": "b"}, "CLIENT_SECRET is set without GPU_NODE_ACCESS_CLIENT_ID"),
        (
            {"ACCESS_CLIENT_ID": "a\r\nX: y", "ACCESS_CLIENT_SECRET": "b"},
            "ACCESS_CLIENT_ID: does not have the right form",
        ),
        ({"S3_ACCESS": "true"}, "S3_ACCESS is true without a service token"),
        (
            {"S3_ACCESS": "true", "ACCESS_CLIENT_ID": "a", "ACCESS_CLIENT_SECRET": "b"},
            "GPU_NODE_S3_ENDPOINT has no TLS",
        ),
        ({"DRAIN_URL": "https://jobs.example.org"}, "DRAIN_URL names no token"),
        ({"REDIS_URL": "redis+ws://x"}, "REDIS_URL must begin with redis://, rediss://, redis+"),
    ],
)
def test_says_in_a_sentence_what_does_not_go_together(given: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        named = {f"GPU_NODE_{name}": value for name, value in given.items()}
        read_config(LEAST | named, Gate(), no_files)
    assert len(caught.value.errors) == 1
    assert sentence in caught.value.errors[0]


@pytest.mark.parametrize(
    ("url", "given", "read"),
    [
        ("redis://127.0.0.1:6379", "60000", 60_000),
        ("redis+cluster://127.0.0.1:7001,127.0.0.1:7002", "60000", 2_000),
        ("rediss+cluster://127.0.0.1:7001", "500", 500),
    ],
)
def test_a_read_in_a_cluster_waits_only_until_another_server_may_have_taken_over(
    url: str, given: str, read: int
) -> None:
    more = {"GPU_NODE_REDIS_URL": url, "GPU_NODE_BLOCK_MS": given}
    assert read_config(LEAST | more, Gate(), no_files).read_ms == read
