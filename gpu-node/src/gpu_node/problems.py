"""Turns failures into problems, the shape in which a run shows them."""

import errno
import re
import traceback
from collections.abc import Sequence
from typing import Any, cast

from ulid import ULID

from gpu_node.contracts.problem_types import PROBLEM_BASE, PROBLEM_TYPES, ProblemType
from gpu_node.contracts.wire import EXECUTOR
from gpu_node.errors import Canceled, GpuNodeError, PermanentError, RetryableError
from gpu_node.logs import get_logger

Problem = dict[str, Any]

_CODE = re.compile(r"[a-z][a-z0-9-]{0,63}")
"""As problem.schema.json has it: a problem that does not fit is buried, and its run never hears."""


def to_problem(error: BaseException) -> Problem:
    """The problem of a node that failed with `error`. What nobody expected is logged under a
    fresh id."""
    if isinstance(error, GpuNodeError):
        return make_problem(error.code, error.detail, class_of(error), error.extensions)
    if isinstance(error, MemoryError):
        return make_problem("handler-crashed", "The handler ran out of memory.")
    if is_disk_full(error):
        return make_problem("disk-full", "There is no room left on the gpu-node's disk.")
    stack = "".join(traceback.format_exception(error))
    return unexpected(stack)


def unexpected(stack: str, *, is_shown: bool = False) -> Problem:
    """A failure that only the log may show; the id in the detail finds it there.

    `is_shown`: the detail has its last line, for whoever develops the handler.
    """
    failure_id = str(ULID())
    get_logger().error("handler failed unexpectedly", failure_id=failure_id, stack=stack[-16000:])
    detail = f"The handler failed; the log knows more under {failure_id}."
    if is_shown:
        detail += f" {stack.strip().splitlines()[-1][: EXECUTOR['last_line_characters']]}"
    return make_problem("handler-failed", detail)


def class_of(error: GpuNodeError) -> str:
    """Who may retry."""
    if isinstance(error, RetryableError):
        return "retryable"
    if isinstance(error, Canceled):
        return "canceled"
    if isinstance(error, PermanentError):
        return "permanent"
    known = _known(error.code)
    return known.problem_class if known else "permanent"


def make_problem(
    code: str,
    detail: str,
    problem_class: str | None = None,
    extensions: dict[str, Any] | None = None,
) -> Problem:
    """A problem of a known code, or of a handler's own one; `extensions` may hold `pointer` or
    `errors`."""
    if not _CODE.fullmatch(code):
        code = "handler-failed"
    known = _known(code) or PROBLEM_TYPES["handler-failed"]
    problem: Problem = {
        "type": PROBLEM_BASE + code,
        "title": known.title,
        "status": known.status,
        "detail": detail[:8000],
        "code": code,
        "class": problem_class or known.problem_class,
    }
    errors = _field_errors(extensions or {}, detail)
    if errors:
        problem["errors"] = errors
    return problem


def field_errors(errors: Sequence[Any], prefix: str) -> list[dict[str, str]]:
    """Errors of the gate as a problem lists them, their pointers below `prefix`."""
    return [
        {"pointer": f"{prefix}{e.pointer}"[:500], "detail": e.detail[:1000]} for e in errors[:100]
    ]


def is_disk_full(error: BaseException) -> bool:
    """No space, or no quota, is left where a file should go."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _field_errors(extensions: dict[str, Any], detail: str) -> list[dict[str, str]]:
    listed = extensions.get("errors")
    if isinstance(listed, list):
        rows = [row for row in cast(list[Any], listed) if isinstance(row, dict)][:100]
        return [
            {
                "pointer": str(row.get("pointer", ""))[:500],
                "detail": str(row.get("detail", ""))[:1000],
            }
            for row in cast(list[dict[str, Any]], rows)
        ]
    if "pointer" in extensions:
        return [{"pointer": str(extensions["pointer"])[:500], "detail": detail[:1000]}]
    return []


def _known(code: str) -> ProblemType | None:
    return cast(dict[str, ProblemType], PROBLEM_TYPES).get(code)
