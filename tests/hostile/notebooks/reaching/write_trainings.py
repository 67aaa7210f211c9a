# Has other submissions believe that their networks were trained: by entries among the trainings that are kept.
# %%
import json
import os

marker = TARGETS["marker"]
for folder in (*TARGETS["trainings"], os.path.join(TARGETS["user"], ".cache", "grader", "trainings")):
    name = os.path.basename(folder)
    entry = os.path.join(folder, "0" * 64 + ".json")
    new = os.path.join(folder, f"evil-{marker}.json")
    claim = os.path.join(folder, "claims", f"evil-{marker}")
    outcome = {"question": {}, "outcome": {"ended": "reached", "steps": 1, "accuracies": [[1, 1.0]]}, "label": ""}
    attempt(f"list {name}", lambda: os.listdir(folder))
    attempt(f"read an entry of {name}", lambda: open(entry).read())
    attempt(f"change an entry of {name}", lambda: open(entry, "r+").write("{"))
    attempt(f"write an entry of {name}", lambda: open(new, "x").write(json.dumps(outcome)))
    attempt(f"remove an entry of {name}", lambda: os.unlink(entry))
    # What these two answer proves nothing.
    for act in (lambda: os.utime(entry, (0, 0)), lambda: os.chmod(folder, 0o755)):
        try:
            act()
        except OSError as error:
            print("kept out:", name, error)
    attempt(f"claim a training of {name}", lambda: os.open(claim, os.O_CREAT | os.O_RDWR))
    attempt(f"link into {name}", lambda: os.symlink("/", new))
    open("own", "w").write(json.dumps(outcome))
    attempt(f"move an entry to {name}", lambda: os.replace("own", entry))
    attempt(f"take {name} away", lambda: os.rename(folder, folder + f"-{marker}"))
    os.makedirs("empty", exist_ok=True)
    attempt(f"put a folder beside {name}", lambda: os.rename("empty", folder + f"-{marker}"))

attempt("move the cache by an environment variable", lambda: os.environ["GRADER_CACHE"])
