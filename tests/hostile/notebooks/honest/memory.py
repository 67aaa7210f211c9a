# Holds a few hundred megabytes, and fails now and then.
# %%
import gc
import tracemalloc

import numpy as np

tracemalloc.start()
large = np.zeros((60_000, 32, 32, 3), "float16")
large += 1
del large
gc.collect()
print(len(gc.get_objects()) > 0, tracemalloc.get_traced_memory()[0] > 0)
tracemalloc.stop()


def deep(number):
    return deep(number + 1)


try:
    deep(0)
except RecursionError as error:
    print(error)
# %%
raise ValueError("a mistake in a cell that nothing depends on")
# %% base
