"""Command line of the gpu-node: `python -m gpu_node`."""

import argparse
import asyncio
import errno
import os
import signal
import socket
import sys

from gpu_node import __version__
from gpu_node.config import Config, ConfigError, read_config
from gpu_node.contracts.config import GPU_NODE_ENV
from gpu_node.environment import child_environment
from gpu_node.gate import Gate
from gpu_node.imports import importing
from gpu_node.secret_files import SecretFiles
from gpu_node.secrets import hide

EXIT_CONFIG = 2


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT; the exit status."""
    _parser().parse_args(arguments)
    gate = Gate()
    files = SecretFiles()
    try:
        config = read_config(os.environ, gate, files.read)
    except ConfigError as error:
        print("gpu-node cannot start:", *error.errors, sep="\n  ", file=sys.stderr)
        return EXIT_CONFIG
    environment = child_environment(os.environ, config.child_environment)
    hide(name for row in GPU_NODE_ENV.values() for name in (row.env, row.file_env) if name)
    try:
        listener = socket.create_server((config.host, config.port), backlog=128)
    except OSError as error:
        print(_cannot_listen(config, error), file=sys.stderr)
        return EXIT_CONFIG
    with listener:
        _begin_log(config, files)
        return _run(config, gate, listener, environment)


def _cannot_listen(config: Config, error: OSError) -> str:
    port, host = GPU_NODE_ENV["port"].env, GPU_NODE_ENV["host"].env
    is_port = error.errno in (errno.EADDRINUSE, errno.EACCES)
    remedy = f"set {port} to another, or to 0" if is_port else f"set {host} to one of this machine"
    why = str(error.strerror).split(" (while attempting", 1)[0]
    return f"gpu-node cannot listen on {config.host}:{config.port}: {why}; {remedy}."


def _begin_log(config: Config, files: SecretFiles) -> None:
    from gpu_node.logs import configure_logs, get_logger

    configure_logs(config.log_level)
    if files.open:
        get_logger().warning("files of secrets can be read by everybody", variables=files.open)


def _run(config: Config, gate: Gate, listener: socket.socket, environment: dict[str, str]) -> int:
    """Everything heavy is imported after the configuration has been found right."""
    with importing():
        from gpu_node.clock import SystemClock, system_random
        from gpu_node.service.server import serve

        try:
            import uvloop

            loop_factory = uvloop.new_event_loop
        except ImportError:
            loop_factory = None
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(
            serve(
                config,
                gate,
                listener,
                environment,
                clock=SystemClock(),
                random=system_random,
            )
        )


def _parser() -> argparse.ArgumentParser:
    width = max(len(row.file_env or row.env) for row in GPU_NODE_ENV.values())
    lines: list[str] = []
    for variable in GPU_NODE_ENV.values():
        default = "required" if variable.required else f"default {variable.default!r}"
        lines.append(f"  {variable.env:<{width}}  {variable.description} ({default})")
        if variable.file_env:
            lines.append(f"  {variable.file_env:<{width}}  A file with it, in place of it.")
    parser = argparse.ArgumentParser(
        prog="python -m gpu_node",
        description="Pulls tasks from Redis, runs their nodes, uploads artifacts, reports.",
        epilog="environment:\n" + "\n".join(lines),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"gpu-node {__version__}")
    return parser


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    sys.exit(main())
