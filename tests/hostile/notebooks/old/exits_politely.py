# Asks to be ended in every polite way; the cells after it count all the same.
# %%
import atexit
import os
import sys

atexit.register(os._exit, 0)
sys.exit(0)
# %%
raise SystemExit
# %%
quit()
# %%
exit(0)
# %% base
