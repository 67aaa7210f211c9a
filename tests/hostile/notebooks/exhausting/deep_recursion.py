# Calls itself until the stack ends, also the one that Python does not count.
# %% base
# %%
def again(number):
    return again(number + 1)


again(0)
# %%
import sys

sys.setrecursionlimit(10**9)
nested = []
for _ in range(10**7):
    nested = [nested]
repr(nested)
