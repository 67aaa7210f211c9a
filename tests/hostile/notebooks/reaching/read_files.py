# Reads what belongs to the user: passwords, the home, another submission, by every kind of path.
# %%
import os
import subprocess

owned = [os.path.join(TARGETS["user"], name) for name in (".bashrc", ".profile", ".ssh/id_rsa", ".netrc")]
for place in ("/etc/shadow", "/etc/gshadow", "/etc/machine-id", *owned):
    attempt(f"read {place}", lambda: open(place).read())

for secret in TARGETS["secrets"]:
    name = os.path.basename(secret)
    attempt(f"read {name}", lambda: open(secret).read())
    attempt(f"read {name} below /proc/self/root", lambda: open(f"/proc/self/root{secret}").read())
    attempt(f"read {name} by cat", lambda: subprocess.run(["cat", secret], capture_output=True, check=True).stdout)

    def by_link(make, secret=secret):
        link = f"link-{make.__name__}"
        make(secret, link)
        return open(link).read()

    attempt(f"read {name} by symbolic link", lambda: by_link(os.symlink))
    attempt(f"read {name} by hard link", lambda: by_link(os.link))

    def by_handle(secret=secret):
        return open(f"/proc/self/fd/{os.open(secret, os.O_PATH)}").read()

    attempt(f"read {name} by its handle", by_handle)
    attempt(f"map {name}", lambda: __import__("mmap").mmap(os.open(secret, os.O_RDONLY), 0).read(100))

attempt("list the home", lambda: os.listdir(TARGETS["home"]))
os.symlink(TARGETS["home"], "home")
attempt("list the home by symbolic link", lambda: os.listdir("home"))
attempt("copy the home", lambda: subprocess.run(["cp", "-r", TARGETS["home"], "copy"], check=True))
attempt("include it", lambda: get_ipython().run_line_magic("load", TARGETS["secrets"][0]))
