# Loads Keras a second time, as it is without a recorder.
# %%
import importlib
import sys

kept = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "keras"}
for name in kept:
    del sys.modules[name]
import keras

importlib.reload(keras)
# %% base
