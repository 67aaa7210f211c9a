# Leaves memory that outlives its process.
# %%
import ctypes
import os
from multiprocessing import shared_memory

libc = ctypes.CDLL(None, use_errno=True)
libc.shmget.restype = ctypes.c_int
attempt("leave a segment", lambda: 1 / (libc.shmget(0x6261, 4096, 0o1666) >= 0))
attempt("leave a semaphore", lambda: 1 / (libc.semget(0x6261, 1, 0o1666) >= 0))
attempt("leave a queue", lambda: 1 / (libc.msgget(0x6261, 0o1666) >= 0))
attempt("leave a named queue", lambda: 1 / (libc.mq_open(b"/" + TARGETS["marker"].encode(), os.O_CREAT | os.O_RDWR, 0o666, None) >= 0))
try:
    kept = shared_memory.SharedMemory(name=f"kept-{TARGETS['marker']}", create=True, size=4096)
    print("made", kept.name)
except OSError as error:
    print("kept out:", error)
