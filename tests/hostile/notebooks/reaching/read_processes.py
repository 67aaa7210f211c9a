# Reads other processes: their environment, memory, files and commands.
# %%
import ctypes
import os
import subprocess

libc = ctypes.CDLL(None, use_errno=True)
NUMBERS = {"x86_64": (101, 310, 438, 434), "aarch64": (117, 270, 438, 434)}
PTRACE, READ_MEMORY, GET_DESCRIPTOR, OPEN_PROCESS = NUMBERS[os.uname().machine]


def call(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


for name in ("victim", "grader"):
    pid = TARGETS[name]
    for file in ("environ", "mem", "maps", "auxv", "stack", "syscall"):
        attempt(f"read {file} of the {name}", lambda: open(f"/proc/{pid}/{file}", "rb").read(10_000))
    for folder in ("cwd", "root", "fd", "map_files"):
        attempt(f"list {folder} of the {name}", lambda: os.listdir(f"/proc/{pid}/{folder}"))
        attempt(f"follow {folder} of the {name}", lambda: os.readlink(f"/proc/{pid}/{folder}"))
    attempt(f"trace the {name}", lambda: call(PTRACE, 16, pid, 0, 0))

    def read_memory():
        buffer = ctypes.create_string_buffer(8)
        vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
        call(READ_MEMORY, pid, ctypes.byref(vector), 1, ctypes.byref(vector), 1, 0)

    attempt(f"read memory of the {name}", read_memory)
    attempt(f"take a descriptor of the {name}", lambda: call(GET_DESCRIPTOR, os.pidfd_open(pid), 0, 0))

print(subprocess.run("ps auxewww; cat /proc/*/environ", shell=True, capture_output=True).stdout.decode(errors="replace"))
