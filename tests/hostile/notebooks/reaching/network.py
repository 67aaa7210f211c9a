# Connects to this machine and to others.
# %%
import os
import socket
import subprocess
import urllib.request

here = ("127.0.0.1", TARGETS["port"])
# IP of both versions, messages of the operating system, raw packets, and sockets out of a virtual machine.
for family in (2, 10, 16, 17, 40):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
        attempt(f"socket of family {family}, kind {int(kind)}", lambda: socket.socket(family, kind).bind(("", 0)))
attempt("connect by TCP", lambda: socket.create_connection(here, 2))
attempt("send by UDP", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"hello", here))
attempt("open with TCP in the first packet", lambda: socket.socket().sendto(b"hello", 0x20000000, here))
attempt("listen", lambda: socket.create_server(("127.0.0.1", 0)))
attempt("ask for a name", lambda: socket.getaddrinfo("localhost.localdomain", 80))
attempt("fetch", lambda: urllib.request.urlopen(f"http://127.0.0.1:{here[1]}", timeout=2))
attempt(
    "connect by a shell",
    lambda: subprocess.run(["bash", "-c", f"echo hello > /dev/tcp/127.0.0.1/{here[1]}"], check=True, capture_output=True),
)
