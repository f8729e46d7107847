"""The executor on the GPU box."""

import os

from gpu_node.environment import QUIET

__version__ = "0.1.0"

# Here, because it is imported first: libraries that phone home read it when they are imported.
os.environ.update(QUIET)
