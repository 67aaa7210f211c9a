# Goes through all descriptors that the process was born with, and out by those that are folders.
# %%
import os
import socket

secret = TARGETS["secrets"][0]
for number in sorted(map(int, os.listdir("/proc/self/fd"))):
    try:
        target = os.readlink(f"/proc/self/fd/{number}")
    except OSError:
        continue
    if target.startswith("/proc/"):
        attempt(f"go out by {number}", lambda: os.open("../../etc/shadow", os.O_RDONLY, dir_fd=number))
        attempt(f"see processes by {number}", lambda: os.listdir(os.open("..", os.O_RDONLY, dir_fd=number)))
        attempt(f"see another process by {number}", lambda: os.open(f"../{TARGETS['grader']}/environ", 0, dir_fd=number))
    elif os.path.isdir(f"/proc/self/fd/{number}"):
        attempt(f"read a secret by {number}", lambda: os.open("../../../../../.." + secret, os.O_RDONLY, dir_fd=number))
    elif target.endswith(".npy"):
        attempt(f"change images by {number}", lambda: os.write(number, b"evil"))
        attempt(f"open images for writing by {number}", lambda: os.open(f"/proc/self/fd/{number}", os.O_RDWR))
    elif target.startswith("socket"):
        # Not a stream to the grader over which a descriptor of this process could be of use.
        attempt(f"connect {number} anew", lambda: socket.socket(fileno=os.dup(number)).connect(TARGETS["stream"]))
