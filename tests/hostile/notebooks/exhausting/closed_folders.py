# Leaves folders that nobody may enter, names that are none, and links in circles.
# %% base
# %%
import os

os.mkdir("closed")
open("closed/file", "w").close()
os.symlink(".", "closed/circle")
os.symlink("/", "closed/root")
os.mkfifo("closed/pipe")
for name in (b"line\nline", b"\xff\xfe", b"\x1b]0;title\x07", b"-rf", b"*", b" ", "\u202egpj.exe".encode(), b"x" * 255):
    os.mkdir(os.path.join(b"closed", name))
    open(os.path.join(b"closed", name, b"file"), "w").close()
for number in range(60):
    os.mkdir("d")
    os.chdir("d")
os.chmod("..", 0)
for _ in range(61):
    os.chdir("..") if os.access("..", os.X_OK) else None
os.chmod(os.path.expanduser("~"), 0o000)
print("left")
