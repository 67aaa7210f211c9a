# Writes one file for as long as it can.
# %% base
# %%
import time

with open("large", "wb") as file:
    while True:
        file.write(b"x" * 2**20)
        file.flush()
