# Fills memory with files that no folder names.
# %% base
# %%
import os

held = []
try:
    for number in range(300):
        held.append(os.memfd_create("kept"))
        os.truncate(held[-1], 0)
        os.write(held[-1], b"x" * 2**24)
    print("REACHED", "5 GB in files without a name")
except OSError as error:
    print("kept out:", error)
    raise
