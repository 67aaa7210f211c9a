# Takes memory that belongs to no process alone.
# %% base
# %%
import mmap
import time

kept = []
for _ in range(40):
    memory = mmap.mmap(-1, 2**27)
    memory.write(b"x" * 2**27)
    kept.append(memory)
time.sleep(1000)
