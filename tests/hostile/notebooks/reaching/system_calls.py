# Asks the operating system for what a notebook never needs, and for rights that it does not have.
# %%
import ctypes
import os
import subprocess

libc = ctypes.CDLL(None, use_errno=True)
X86 = {
    "mount": 165, "umount": 166, "unshare": 272, "setns": 308, "bpf": 321, "io_uring_setup": 425, "keyctl": 250,
    "add_key": 248, "perf_event_open": 298, "userfaultfd": 323, "ptrace": 101, "kexec_load": 246, "init_module": 175,
    "personality": 135, "chroot": 161, "pivot_root": 155, "reboot": 169, "swapon": 167, "acct": 163, "syslog": 103,
    "open_by_handle_at": 304, "name_to_handle_at": 303, "fanotify_init": 300, "sethostname": 170, "iopl": 172,
    "quotactl": 179, "fsopen": 430, "open_tree": 428, "shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240,
    "setsid": 112, "setpgid": 109, "process_madvise": 440, "kcmp": 312, "settimeofday": 164,
}
ARM = {
    "mount": 40, "umount": 39, "unshare": 97, "setns": 268, "bpf": 280, "io_uring_setup": 425, "keyctl": 219,
    "add_key": 217, "perf_event_open": 241, "userfaultfd": 282, "ptrace": 117, "kexec_load": 104, "init_module": 105,
    "personality": 92, "chroot": 51, "pivot_root": 41, "reboot": 142, "swapon": 224, "acct": 89, "syslog": 116,
    "open_by_handle_at": 265, "name_to_handle_at": 264, "fanotify_init": 262, "sethostname": 161, "quotactl": 60,
    "fsopen": 430, "open_tree": 428, "shmget": 194, "semget": 190, "msgget": 186, "mq_open": 180, "setsid": 157,
    "setpgid": 154, "process_madvise": 440, "kcmp": 272, "settimeofday": 170,
}
REFUSED = {1, 13, 38}
for name, number in (X86 if os.uname().machine == "x86_64" else ARM).items():
    ctypes.set_errno(0)
    libc.syscall(number, 0, 0, 0, 0, 0, 0)
    if ctypes.get_errno() not in REFUSED:
        print("REACHED", name, ctypes.get_errno())

for number, name in ((0x10000000, "a user namespace"), (0x40000000, "a network namespace"), (0x20000, "a mount namespace")):
    clone = 56 if os.uname().machine == "x86_64" else 220
    child = libc.syscall(clone, number | 17, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    if child > 0:
        print("REACHED", name)
attempt("become root", lambda: os.setuid(0) if os.getuid() else 1 / 0)
attempt("become another group", lambda: os.setgroups([0]))
attempt("be asked nothing by su", lambda: subprocess.run(["su", "-c", "true"], check=True, capture_output=True))
attempt("mount", lambda: subprocess.run(["mount", "-t", "tmpfs", "x", "."], check=True, capture_output=True))
attempt("have namespaces", lambda: subprocess.run(["unshare", "-Ur", "true"], check=True, capture_output=True))
attempt("have namespaces by bwrap", lambda: subprocess.run(["bwrap", "--dev-bind", "/", "/", "true"], check=True))
