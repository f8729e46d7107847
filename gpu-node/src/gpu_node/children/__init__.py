"""Handler processes and their supervision: what crashes or hangs in one is a failure of its
node only."""
