# Prints for ever.
# %% base
# %%
import sys

while True:
    print("x" * 1000)
    print("y" * 1000, file=sys.stderr)
