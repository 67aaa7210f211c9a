# A copy of the process records what its original did not do.
# %%
import os

import keras
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
child = os.fork()
if child == 0:
    try:
        model = keras.Sequential([keras.Input((32, 32, 3)), layers.Flatten(), layers.Dense(10, activation="softmax")])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.summary()
    finally:
        os._exit(0)
os.waitpid(child, 0)
# %% base
