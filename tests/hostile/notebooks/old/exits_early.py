# Leaves before anything is asked, with the exit status of success.
# %% base
# %%
import os

os._exit(0)
# %%
print("never run")
