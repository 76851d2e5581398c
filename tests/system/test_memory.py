"""Memory that is free goes back."""

import subprocess
import sys

CODE = """
import re, threading
from pathlib import Path
from syncd.system.memory import hold_back_little

def heaps():
    # glibc reserves 64 MiB for a heap, of which most cannot be read yet
    ranges = re.findall(r"(?m)^([0-9a-f]+)-([0-9a-f]+) ---p", Path("/proc/self/maps").read_text())
    return sum(int(end, 16) - int(begin, 16) > 32 * 2**20 for begin, end in ranges)

if {on}:
    hold_back_little()
together = threading.Barrier(4)
def work():
    kept = bytes(2_000)
    together.wait(10)
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(heaps())
"""


def test_threads_share_one_heap() -> None:
    """Where glibc would give each its own."""
    assert heaps(on=True) == 0
    assert heaps(on=False) > 0


def heaps(*, on: bool) -> int:
    code = CODE.replace("{on}", str(on))
    return int(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    )
