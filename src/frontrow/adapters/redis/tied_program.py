"""Run a program that ends when its parent does, however the parent ends: `tied_program.py PARENT_PID PROGRAM ARGS...`

Run by path in an isolated interpreter, so it imports the standard library only. On Linux it asks the kernel for
SIGKILL at the parent's death (prctl PR_SET_PDEATHSIG) and becomes the program. Elsewhere there is no such request:
it stays, as the program's parent, and kills it when the pipe on its standard input closes, which the kernel does
for a dead parent. A killed Valkey loses nothing that it has answered: the append-only file is written first.
"""

import os
import signal
import subprocess
import sys
import threading

PR_SET_PDEATHSIG = 1


def become(parent_pid: int, program: list[str]) -> None:
    """Turn into `program`, killed by the kernel when the thread that started this process ends (Linux)."""
    import ctypes  # noqa: PLC0415  # not on every platform that `watch` serves

    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent_pid:  # it ended before the request was made
        sys.exit(1)
    os.execv(program[0], program)


def watch(program: list[str]) -> int:
    """Run `program` until it ends or standard input closes; SIGTERM is passed on. Returns its exit status."""
    child = subprocess.Popen(program, stdin=subprocess.DEVNULL, close_fds=False)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())

    def kill_at_end_of_input() -> None:
        while os.read(0, 1):
            pass
        child.kill()

    threading.Thread(target=kill_at_end_of_input, daemon=True).start()
    return child.wait()


if __name__ == "__main__":
    if sys.platform == "linux":
        become(int(sys.argv[1]), sys.argv[2:])
    else:
        sys.exit(watch(sys.argv[2:]))
