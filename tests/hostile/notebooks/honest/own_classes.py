# Has classes that compare and call as they like, wrappers of its own, and ends by `sys.exit`.
# %%
import builtins
import functools
import sys

import matplotlib.pyplot as plt


class Point:
    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return self.x == other.x

    def __hash__(self):
        return hash(self.x)

    def __getattr__(self, name):
        return f"no {name}"


print(Point(1) == Point(1), Point(2).name)
print = functools.partial(print, flush=True)
show = plt.show
plt.show = lambda *args, **options: show()
# %% base
# %%


class Reporter(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.last = logs


class Network(keras.Model):
    def __init__(self):
        super().__init__()
        self.last = layers.Dense(1)

    def call(self, images):
        return self.last(images)

    def summary(self, *args, **options):
        print("a network of", self.count_params(), "parameters")
        super().summary(*args, **options)


network = Network()
network.build((None, 4))
network.summary()
sys.exit(0)
