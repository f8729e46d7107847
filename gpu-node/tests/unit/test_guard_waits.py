"""How a handler has ended is said as it was, however late the kernel tells it."""

import subprocess
import sys

LATE = """
import os
from gpu_node.children import guard

gate, opened = os.pipe()
handler = os.fork()
if handler == 0:
    os.close(opened)
    os.read(gate, 1)
    os._exit(7)
looks = 0

def descendants(root):
    # As of a process whose first thread has ended, and whose last has not.
    global looks
    looks += 1
    if looks == 2:
        os.write(opened, b"x")
    return {}

guard.descendants = descendants
print(os.waitstatus_to_exitcode(guard.end_all({}, handler, None)))
"""


def test_a_handler_that_shows_as_ended_is_waited_for_until_its_status_is_known() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LATE], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "7\n"
