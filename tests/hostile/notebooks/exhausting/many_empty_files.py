# Writes files that take no room at all, but their names do.
# %% base
# %%
import os
import time

for folder in range(1000):
    os.mkdir(f"folder-{folder}")
    for number in range(1000):
        os.close(os.open(f"folder-{folder}/{number}", os.O_CREAT))
time.sleep(1000)
