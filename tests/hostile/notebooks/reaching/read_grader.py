# Looks for what decides points: hidden tests, the reference, assignments, wherever they may lie.
# %%
import glob
import importlib
import os
import sys

package = TARGETS["package"]
for name in ("grading.py", "assignments/nets/assignment.toml", "assignments/nets/checks/test_nets.py", "errors.py"):
    attempt(f"read {name}", lambda: open(os.path.join(package, name)).read())
# The way to what it is given may be seen, and nothing else in these folders.
if not TARGETS["among_libraries"]:
    attempt("list what is beside it", lambda: sorted({*os.listdir(os.path.dirname(package))} - {"grader"})[0])
if not (TARGETS["among_libraries"] and TARGETS["sandbox"] == "landlock"):  # names are not hidden there
    attempt("list the package", lambda: sorted({*os.listdir(package)} - {"kernel"})[0])
    attempt("list assignments", lambda: os.listdir(os.path.join(package, "assignments")))

sys.path[:0] = [os.path.dirname(package), package]
importlib.invalidate_caches()
for name in ("grader", "grader.assignments.loader", "grader.checks", "reference", "reference.nets", "tests"):
    attempt(f"import {name}", lambda: vars(importlib.import_module(name)).get("__file__", 1 / 0).read())
del sys.path[:2]
# %%
patterns = ("assignment.toml", "labels.toml", "test_nets.py", "test_*.py")
found = [
    path
    for top in (os.path.dirname(package), "/home", "/root", "/srv", "/opt", "/tmp", "/mnt")
    for pattern in patterns
    for path in glob.glob(f"{top}/**/{pattern}", recursive=True)
    if "site-packages" not in path and "/lib/python3" not in path
]
for path in found:
    attempt(f"read {path}", lambda: open(path).read())
print(len(found), "found by name")
