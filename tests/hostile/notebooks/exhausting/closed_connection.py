# Closes all descriptors of its process.
# %% base
# %%
import os

os.closerange(3, 1000)
