# Ends its own process at once.
# %% base
# %%
import os
import signal

os.kill(os.getpid(), signal.SIGKILL)
# %%
print("never run")
