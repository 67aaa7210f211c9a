# Connects and sends to sockets of the file system and to those that have a name only.
# %%
import os
import socket

addresses = {
    "a stream socket": (socket.SOCK_STREAM, TARGETS["stream"]),
    "a datagram socket": (socket.SOCK_DGRAM, TARGETS["datagram"]),
    "a stream socket without a file": (socket.SOCK_STREAM, TARGETS["abstract_stream"]),
    "a datagram socket without a file": (socket.SOCK_DGRAM, TARGETS["abstract_datagram"]),
    "the system's log": (socket.SOCK_DGRAM, "/dev/log"),
    "the container engine": (socket.SOCK_STREAM, "/var/run/docker.sock"),
    "the system's bus": (socket.SOCK_STREAM, "/run/dbus/system_bus_socket"),
}
for name, (kind, address) in addresses.items():
    attempt(f"connect to {name}", lambda: socket.socket(socket.AF_UNIX, kind).connect(address))
    attempt(f"send to {name}", lambda: socket.socket(socket.AF_UNIX, kind).sendto(b"hello", address))
    for pair in (socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        # One end of a pair is connected already, and may send elsewhere all the same.
        attempt(f"send to {name} from a pair", lambda: socket.socketpair(socket.AF_UNIX, pair)[0].sendto(b"hello", address))
