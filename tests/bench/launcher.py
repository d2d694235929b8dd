"""Starts one command and prints what it used, as JSON. It imports nearly nothing: its own memory is the smallest."""

import os
import sys
import time


def main(command: list[str]) -> None:
    """Run it with its standard output thrown away."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    started = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nothing, 1)])
    # wait4 tells about this child and its own children, where getrusage would tell about all children so far.
    _, status, used = os.wait4(child, 0)
    wall_s = time.perf_counter() - started
    code = os.waitstatus_to_exitcode(status)
    cpu_s = used.ru_utime + used.ru_stime
    sys.stdout.write(f'{{"wall_s": {wall_s}, "cpu_s": {cpu_s}, "peak": {used.ru_maxrss}, "code": {code}}}')


main(sys.argv[1:])
