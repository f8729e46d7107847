"""Both services are tested on one table of files, so that no secret is read by one and refused by
the other."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from gpu_node.config import Config, ConfigError, read_config
from gpu_node.gate import Gate
from gpu_node.secret_files import SecretFileError, SecretFiles

TABLE = json.loads(
    (Path(__file__).parents[3] / "schemas" / "config" / "secret-files.json").read_text()
)
LEAST = {
    "GPU_NODE_REDIS_URL": "redis://127.0.0.1:6379",
    "GPU_NODE_S3_ENDPOINT": "http://127.0.0.1:8333",
    "GPU_NODE_S3_ACCESS_KEY": "access",
}


def expect_read(path: Path, means: str | None, refused: str | None) -> list[str]:
    files = SecretFiles()
    if refused is None:
        assert files.read(str(path), "X_FILE") == means
    else:
        with pytest.raises(SecretFileError) as refusal:
            files.read(str(path), "X_FILE")
        assert str(refusal.value) == refused
    return files.open


@pytest.mark.parametrize("row", TABLE["content"], ids=ascii)
def test_a_file_means_what_the_table_says(row: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "secret"
    times = row.get("times", 1)
    content = bytes.fromhex(row["hex"]) if "hex" in row else row["text"].encode() * times
    path.write_bytes(content)
    path.chmod(0o600)
    means = row["means"] * times if "means" in row else None
    assert expect_read(path, means, row.get("refused")) == []


@pytest.mark.parametrize("row", TABLE["file"], ids=ascii)
def test_what_is_no_file_for_secrets_is_refused(row: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "secret"
    make(path, row)
    assert expect_read(path, row.get("means"), row.get("refused")) == ["X_FILE"] * ("open" in row)


def make(path: Path, row: dict[str, Any]) -> None:
    kind = row.get("kind")
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind != "absent":
        file = path.with_name("target") if kind == "link" else path
        file.write_text("hunter2\n")
        file.chmod(int(row.get("mode", "600"), 8))
        if kind == "link":
            path.symlink_to(file)


def read(**more: str | Path) -> Config:
    given = LEAST | {f"GPU_NODE_{name}": str(value) for name, value in more.items()}
    return read_config(given, Gate(), SecretFiles().read)


def test_a_configuration_takes_secrets_from_files(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("hunter2\n")
    path.chmod(0o600)
    config = read(S3_SECRET_KEY_FILE=path)
    assert (config.s3_secret_key, config.secret_files) == ("hunter2", (str(path),))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"S3_SECRET_KEY": "x", "S3_SECRET_KEY_FILE": "hunter2"}, "are both set"),
        ({"S3_SECRET_KEY_FILE": "hunter2"}, "S3_SECRET_KEY_FILE names a file that does not exist"),
        ({"S3_SECRET_KEY_FILE": "hunter2\0"}, "S3_SECRET_KEY_FILE names a file that cannot be"),
        ({"PORT_FILE": "hunter2"}, "GPU_NODE_S3_SECRET_KEY is missing"),
    ],
)
def test_a_wrong_one_is_named_and_not_shown(more: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        read(**more)
    assert len(caught.value.errors) == 1
    assert "hunter2" not in str(caught.value)
