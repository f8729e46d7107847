"""Says of each line on stdin, `{"title", "value"}`, whether the gate and the model take it.

`accepted`, `refused`, or a sentence when the model refuses or spoils what the gate accepts. Called
by codegen/src/verdicts.ts, which compares with the gateway's validators, and by the tests here.
"""

import re
import sys
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from gpu_node.contracts import models
from gpu_node.gate import Gate


class Verdicts:
    """Gate and models, made once."""

    def __init__(self) -> None:
        self._gate = Gate()
        self._models: dict[str, TypeAdapter[Any]] = {}

    def of(self, title: str, value: object) -> str:
        """The verdict on a value that shall be of the type `title`."""
        name = to_snake(title)
        if self._gate.check(name, value):
            return "refused"
        try:
            dumped = self._model(title).dump_python(self._model(title).validate_python(value))
        except ValidationError as error:
            return f"accepted, but the model refuses: {error.errors()[0]['msg']}"
        if self._gate.check(name, dumped):
            return "accepted, but the model writes what the gate refuses"
        if not contains(dumped, value):
            return "accepted, but the model changes it"
        return "accepted"

    def _model(self, title: str) -> TypeAdapter[Any]:
        if title not in self._models:
            self._models[title] = TypeAdapter(getattr(models, title))
        return self._models[title]


def to_snake(title: str) -> str:
    """`NodeResult` -> `node_result`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", title).lower()


def contains(whole: object, part: object) -> bool:
    """Whether all of `part` is in `whole`; a model adds defaults, and nothing else."""
    if isinstance(whole, dict) and isinstance(part, dict):
        return all(key in whole and contains(whole[key], value) for key, value in part.items())
    if isinstance(whole, list) and isinstance(part, list):
        return len(whole) == len(part) and all(map(contains, whole, part))
    return whole == part and (isinstance(whole, bool) == isinstance(part, bool))


if __name__ == "__main__":
    verdicts = Verdicts()
    for line in sys.stdin.buffer:
        case = orjson.loads(line)
        print(verdicts.of(case["title"], case["value"]).replace("\n", " "))
