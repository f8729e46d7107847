"""What processes may see of the environment: a closed list, so that no secret of ours or of the
machine's owner reaches a handler."""

from collections.abc import Iterable, Mapping

_PASSED = frozenset({
    "HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER",
    "PYTHONHOME", "PYTHONPATH", "PYTHONUTF8", "VIRTUAL_ENV", "XDG_CACHE_HOME",
    # Where libraries lie, and which devices and how many threads they may use.
    "DYLD_LIBRARY_PATH", "LD_LIBRARY_PATH", "CUDA_HOME", "CUDA_PATH", "CUDA_VISIBLE_DEVICES",
    "CUDA_DEVICE_ORDER", "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "HIP_PATH",
    "ROCM_PATH", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "OMP_NUM_THREADS",
    "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS",
})  # fmt: skip
QUIET: Mapping[str, str] = {
    # onnxruntime looks its host up and writes into HOME as soon as it is imported.
    "ORT_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "OTEL_SDK_DISABLED": "true",
}
"""Tells libraries to phone nowhere; they read it when they are imported."""


def child_environment(
    environment: Mapping[str, str], further: Iterable[str] = ()
) -> dict[str, str]:
    """What handlers' processes get of `environment`: what is known to be harmless, and what the
    owner has named."""
    names = {*_PASSED, *further}
    passed = {
        name: value
        for name, value in environment.items()
        if name in names or name.startswith("LC_")
    }
    return {**passed, **QUIET}
