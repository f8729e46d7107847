"""The executor on the GPU box."""

__version__ = "0.1.0"
