"""Numbers of system calls by machine, and which of them are denied.

The numbers are those of the Linux headers `asm/unistd_64.h` (x86-64) and `asm-generic/unistd.h` (aarch64); they never
change. A call that a machine does not have is left out of its table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

__all__ = ["ATTRIBUTES", "DENIED", "SCHEDULING", "SIGNALS", "SIGNALS_BY_HANDLE", "TABLES", "UNREACHABLE", "Table"]


def _names(text: str) -> list[str]:
    return text.split()


DENIED = (
    # Other processes and their memory.
    *_names("ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd migrate_pages"),
    # A process group or session of its own would outlive the kernel.
    *_names("setsid setpgid"),
    # Mounts, namespaces and files by handle.
    *_names("mount umount2 pivot_root chroot unshare setns open_tree move_mount fsopen fsconfig fsmount fspick"),
    *_names("mount_setattr open_by_handle_at name_to_handle_at quotactl quotactl_fd"),
    # Large and little used parts of the system, in which most ways out of a sandbox were found.
    *_names("bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register keyctl add_key"),
    *_names("request_key fanotify_init lookup_dcookie personality modify_ldt iopl ioperm"),
    # The machine.
    *_names("kexec_load kexec_file_load init_module finit_module delete_module reboot swapon swapoff acct"),
    *_names("settimeofday clock_settime clock_adjtime adjtimex syslog sethostname setdomainname vhangup"),
    # Memory and queues that stay when their process has ended, or that no limit counts.
    *_names("shmget msgget semget mq_open memfd_create"),
)
UNREACHABLE = ("connect",)
"""What a kernel needs is connected before the filter is in place."""
ATTRIBUTES = (
    *_names("chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat"),
    *_names("setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr setxattrat removexattrat"),
    *_names("file_setattr"),
)
SIGNALS = ("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")
SIGNALS_BY_HANDLE = ("pidfd_send_signal",)
SCHEDULING = (
    *(("sched_setaffinity", 0), ("sched_setattr", 0), ("sched_setscheduler", 1)),
    *(("setpriority", 0), ("setpriority", 1)),
)
"""Calls by which processes of the same user can be slowed down, and the argument that must be 0.

Of most it is the process, where 0 is the one that calls; ZeroMQ sets the ordinary policy, 0, for threads by number.
"""


@dataclass(frozen=True)
class Table:
    """The numbers of a machine; `architecture` is its constant of `linux/audit.h`."""

    architecture: int
    numbers: dict[str, int]

    def of(self, names: Iterable[str]) -> Iterator[int]:
        """The numbers of those calls that the machine has."""
        return (self.numbers[name] for name in names if name in self.numbers)


def _numbers(text: str) -> dict[str, int]:
    return {name: int(number) for name, number in (entry.split() for entry in text.split(","))}


# Calls since 2019 have one number everywhere.
_COMMON = _numbers("""
    pidfd_send_signal 424, io_uring_setup 425, io_uring_enter 426, io_uring_register 427, open_tree 428,
    move_mount 429, fsopen 430, fsconfig 431, fsmount 432, fspick 433, clone3 435, pidfd_getfd 438,
    process_madvise 440, mount_setattr 442, quotactl_fd 443, fchmodat2 452, setxattrat 463, removexattrat 466,
    file_setattr 469
""")
_X86_64 = _numbers("""
    shmget 29, socket 41, connect 42, socketpair 53, clone 56, kill 62, semget 64, msgget 68, chmod 90, fchmod
    91, chown 92, fchown 93, lchown 94, ptrace 101, syslog 103, setpgid 109, setsid 112, rt_sigqueueinfo 129,
    utime 132, personality 135, setpriority 141, sched_setscheduler 144, vhangup 153, modify_ldt 154, pivot_root
    155, adjtimex 159, chroot 161, acct 163, settimeofday 164, mount 165, umount2 166, swapon 167, swapoff 168,
    reboot 169, sethostname 170, setdomainname 171, iopl 172, ioperm 173, init_module 175, delete_module 176,
    quotactl 179, setxattr 188, lsetxattr 189, fsetxattr 190, removexattr 197, lremovexattr 198, fremovexattr
    199, tkill 200, sched_setaffinity 203, lookup_dcookie 212, clock_settime 227, tgkill 234, utimes 235,
    mq_open 240, kexec_load 246, add_key 248, request_key 249, keyctl 250, migrate_pages 256, fchownat 260,
    futimesat 261, fchmodat 268, unshare 272, utimensat 280, rt_tgsigqueueinfo 297, perf_event_open 298,
    fanotify_init 300, prlimit64 302, name_to_handle_at 303, open_by_handle_at 304, clock_adjtime 305, setns
    308, process_vm_readv 310, process_vm_writev 311, kcmp 312, finit_module 313, sched_setattr 314,
    kexec_file_load 320, memfd_create 319, bpf 321, userfaultfd 323
""")
_AARCH64 = _numbers("""
    setxattr 5, lsetxattr 6, fsetxattr 7, removexattr 14, lremovexattr 15, fremovexattr 16, lookup_dcookie 18,
    umount2 39, mount 40, pivot_root 41, chroot 51, fchmod 52, fchmodat 53, fchownat 54, fchown 55, vhangup 58,
    quotactl 60, utimensat 88, acct 89, personality 92, unshare 97, kexec_load 104, init_module 105,
    delete_module 106, clock_settime 112, syslog 116, ptrace 117, sched_setscheduler 119, sched_setaffinity 122,
    kill 129, tkill 130, tgkill 131, rt_sigqueueinfo 138, setpriority 140, reboot 142, setpgid 154, setsid 157,
    sethostname 161, setdomainname 162, settimeofday 170, adjtimex 171, mq_open 180, msgget 186, semget 190,
    shmget 194, socket 198, socketpair 199, connect 203, add_key 217, request_key 218, keyctl 219, clone 220,
    swapon 224, swapoff 225, migrate_pages 238, rt_tgsigqueueinfo 240, perf_event_open 241, prlimit64 261,
    fanotify_init 262, name_to_handle_at 264, open_by_handle_at 265, clock_adjtime 266, setns 268,
    process_vm_readv 270, process_vm_writev 271, kcmp 272, finit_module 273, sched_setattr 274, memfd_create
    279, bpf 280, userfaultfd 282, kexec_file_load 294
""")
TABLES = {"x86_64": Table(0xC000003E, _X86_64 | _COMMON), "aarch64": Table(0xC00000B7, _AARCH64 | _COMMON)}
