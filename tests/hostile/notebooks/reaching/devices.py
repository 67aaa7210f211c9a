# Opens devices and the insides of the operating system.
# %%
import os
import stat

for path in ("/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/nvme0n1", "/dev/tty1", "/dev/fuse", "/dev/kvm", "/dev/vsock"):
    attempt(f"open {path}", lambda: os.open(path, os.O_RDWR | os.O_NONBLOCK))
for path in ("/proc/kcore", "/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/sys/power/state"):
    attempt(f"write to {path}", lambda: os.open(path, os.O_WRONLY))
attempt("make a device", lambda: os.mknod("disk", 0o666 | stat.S_IFBLK, os.makedev(254, 0)))
attempt("list /sys/kernel", lambda: os.listdir("/sys/kernel"))
attempt("list /sys/fs/cgroup", lambda: os.listdir("/sys/fs/cgroup"))
attempt("have a file run at each crash", lambda: open("/proc/sys/kernel/core_pattern", "w").write("|/bin/true"))
