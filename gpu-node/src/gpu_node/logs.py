"""Structured logs: one JSON object per line, ids bound once per task."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import orjson
import structlog

LEVELS = {"debug": 10, "info": 20, "warn": 30, "error": 40}
SERVICE = "gpu-node"


def configure_logs(level: str, stream: TextIO | None = None) -> None:
    """Write lines of `level` and above to `stream` (standard error by default)."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
            structlog.processors.format_exc_info,
            _shape,
            structlog.processors.JSONRenderer(serializer=_to_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=stream or sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Libraries that use the standard logger say little; what they say at warn and above is kept.
    logging.basicConfig(level=logging.WARNING, handlers=[_Forward()], force=True)


def get_logger() -> Any:
    """The service's logger; `msg` is a constant phrase, data goes into fields."""
    return structlog.get_logger()


def _shape(
    _logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    level = {"warning": "warn", "exception": "error", "critical": "error"}.get(method, method)
    head = {"ts": event.pop("ts"), "level": level, "msg": event.pop("event"), "service": SERVICE}
    return {**head, **event}


def _to_json(event: dict[str, Any], **_: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


class _Forward(logging.Handler):
    """Hands records of the standard logger to the structured one."""

    def emit(self, record: logging.LogRecord) -> None:
        log = get_logger().error if record.levelno >= logging.ERROR else get_logger().warning
        log("library message", logger=record.name, text=record.getMessage()[:2000])
