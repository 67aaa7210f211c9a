# Has its process aborted, with a memory dump if that is allowed.
# %% base
# %%
import os
import resource

try:
    resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
except ValueError as error:
    print("kept out:", error)
os.abort()
