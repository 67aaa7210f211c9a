# Fills the disk with files that it has removed, but holds open.
# %% base
# %%
import os
import time

held = []
for number in range(150):
    held.append(open("part", "wb"))
    os.unlink("part")
    held[-1].write(b"x" * 2**20)
    held[-1].flush()
time.sleep(1000)
