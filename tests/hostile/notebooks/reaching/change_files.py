# Changes what it may not write: rights, owner, times, names, attributes. What a call answers proves nothing here.
# %%
import os
import pathlib
import subprocess

secret, home = TARGETS["secrets"][0], TARGETS["home"]
acts = [
    lambda path: os.chmod(path, 0o600),
    lambda path: os.chown(path, os.getuid(), os.getgid()),
    lambda path: os.lchown(path, os.getuid(), os.getgid()),
    lambda path: os.utime(path, (0, 0)),
    lambda path: os.truncate(path, 0),
    lambda path: os.setxattr(path, "user.evil", b"1"),
    lambda path: os.rename(path, f"{path}-{TARGETS['marker']}"),
    lambda path: os.rename(path, "stolen"),
    lambda path: os.link(path, f"{path}-{TARGETS['marker']}"),
    lambda path: os.link(path, "stolen"),
    lambda path: os.unlink(path),
    lambda path: pathlib.Path(path).touch(),
    lambda path: subprocess.run(["rm", "-rf", path], capture_output=True, check=True),
    lambda path: subprocess.run(["chattr", "+i", path], capture_output=True, check=True),
]
for path in (secret, home, TARGETS["data"], TARGETS["data"] + "/y_test.npy", TARGETS["kernel"] + "/confinement/calls.py"):
    for number, act in enumerate(acts):
        try:
            act(path)
        except (OSError, subprocess.SubprocessError) as error:
            print("kept out:", number, type(error).__name__)
attempt("read it after all", lambda: open(secret).read())
