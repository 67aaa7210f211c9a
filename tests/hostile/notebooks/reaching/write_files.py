# Writes wherever a file may be of use later: libraries that others import, the data that others are served.
# %%
import os
import shutil
import sys
import tempfile

marker = TARGETS["marker"]
kept = {
    "the home": TARGETS["home"],
    "the package": TARGETS["package"],
    "the kernel": TARGETS["kernel"],
    "the libraries": TARGETS["libraries"],
    "the data set": TARGETS["data"],
    "the interpreter": os.path.dirname(sys.executable),
    "the system": "/etc",
    "programs": "/usr/local/bin",
}
for name, folder in kept.items():
    path = os.path.join(folder, f"evil-{marker}.pth")
    attempt(f"write to {name}", lambda: open(path, "w").write("import os\n"))
    attempt(f"make a folder in {name}", lambda: os.mkdir(path))
    attempt(f"make a link in {name}", lambda: os.symlink("/", path))
    attempt(f"make a pipe in {name}", lambda: os.mkfifo(path))
    attempt(f"move a file to {name}", lambda: (open("own", "w").close(), shutil.move("own", path)))
    attempt(f"write without a name in {name}", lambda: os.open(folder, os.O_TMPFILE | os.O_RDWR))
    os.symlink(folder, f"to-{marker}")
    attempt(f"write to {name} by a link", lambda: open(f"to-{marker}/evil-{marker}", "w"))
    os.unlink(f"to-{marker}")
    attempt(f"write to {name} from its own folder", lambda: open(os.path.relpath(path), "w"))
for name, path in (("images", TARGETS["data"] + "/x_test.npy"), ("a library", tempfile.__file__)):
    attempt(f"open {name} for writing", lambda: open(path, "r+b"))

# Where a sandbox has a folder of its own there, this is allowed; nothing may be left of it.
for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run", "/", os.path.expanduser("~")):
    try:
        open(f"{folder}/evil-{marker}", "w").write("left")
    except OSError as error:
        print("kept out:", folder, error)
