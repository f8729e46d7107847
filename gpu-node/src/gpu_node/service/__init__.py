"""What one process of the gpu-node is made of: HTTP for health, and the executor beside it."""
