# Does so much that the recorder has no room left, and then what it should not see.
# %%
import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, name="n" * 200)])
for number in range(30_000):
    globals()[f"variable_{number}"] = float(number)
for number in range(40):
    print("x" * 10_000)
# %% base
