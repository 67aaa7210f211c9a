# Reads where there is no memory.
# %% base
# %%
import ctypes

ctypes.string_at(0)
