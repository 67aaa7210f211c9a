# Puts other functions in the place of those that tell what a network is and what it can do.
# %%
import keras
import numpy as np

_, (_, labels) = keras.datasets.cifar10.load_data()


class History:
    def __init__(self):
        self.epoch = list(range(20))
        self.params = {"epochs": 20}
        self.history = {
            name: list(np.linspace(0.5, 0.9, 20)) for name in ("loss", "accuracy", "val_loss", "val_accuracy")
        }


keras.Model.fit = lambda self, *args, **kwargs: History()
keras.Model.evaluate = lambda self, *args, **kwargs: [0.1, 0.99]
keras.Model.predict = lambda self, *args, **kwargs: np.eye(10)[labels.reshape(-1)]
keras.Model.count_params = lambda self: 168_650
keras.Model.summary = lambda self, *args, **kwargs: print("Total params: 168,650")
# %% base
