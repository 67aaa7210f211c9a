# Sends signals to others, by all ways to do so. To those that are not expendable, one that is ignored unless asked for.
# %%
import ctypes
import fcntl
import os
import signal
import socket

harmless = signal.SIGURG
victim = TARGETS["victim"]
for number in (harmless, signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):
    attempt(f"kill the victim with {number.name}", lambda: os.kill(victim, number))
for name in ("victim", "grader"):
    pid = TARGETS[name]
    attempt(f"signal the {name}", lambda: os.kill(pid, harmless))
    attempt(f"signal the group of the {name}", lambda: os.killpg(os.getpgid(pid), harmless))
    attempt(f"signal a thread of the {name}", lambda: ctypes.CDLL(None).tgkill(pid, pid, int(harmless)) and 1 / 0)
    attempt(f"signal the {name} by its handle", lambda: signal.pidfd_send_signal(os.pidfd_open(pid), harmless))

    def by_socket(pid=pid):
        ours, theirs = socket.socketpair()
        fcntl.fcntl(ours, fcntl.F_SETOWN, pid)
        fcntl.fcntl(ours, 10, int(signal.SIGTERM if pid == victim else harmless))
        fcntl.fcntl(ours, fcntl.F_SETFL, fcntl.fcntl(ours, fcntl.F_GETFL) | os.O_ASYNC)
        theirs.send(b"x")

    try:
        by_socket()
    except OSError as error:
        print("kept out:", error)
attempt("signal the process above", lambda: os.kill(os.getppid(), harmless))
# It goes to whoever can be reached; that is nobody but this run.
for _ in range(3):
    try:
        os.kill(-1, harmless)
    except OSError as error:
        print("kept out:", error)
