# Looks for secrets among the variables of its own process and of those above it.
# %%
import os
import subprocess

attempt("read a variable", lambda: os.environ[TARGETS["variable"]])
attempt("read a variable from a shell", lambda: subprocess.check_output(f'test -n "${TARGETS["variable"]}"', shell=True))
print(dict(os.environ))
print(subprocess.run("env; set; export -p", shell=True, capture_output=True).stdout.decode())
for name in ("self", os.getpid(), os.getppid(), 1):
    try:
        print(open(f"/proc/{name}/environ").read())
    except OSError as error:
        print("kept out:", error)
forbidden = ("TOKEN", "SECRET", "PASSWORD", "SSH_", "AWS_", "GITHUB_")
attempt("see a token", lambda: next(name for name in os.environ if any(part in name for part in forbidden)))
