"""First of all tests: nothing that they import may phone home."""

import gpu_node  # noqa: F401 - sets what libraries read when they are imported
