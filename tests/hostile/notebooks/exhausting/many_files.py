# Writes files of a megabyte, each of which is none too large.
# %% base
# %%
import itertools
import time

for number in itertools.count():
    with open(f"part-{number}", "wb") as file:
        file.write(b"x" * 2**20)
    if number > 100:
        time.sleep(1000)
