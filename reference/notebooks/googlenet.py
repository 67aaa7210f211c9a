"""The notebook of `googlenet`: prompts, slots for the student and model answers, in percent format.

`python -m grader.assignments.template` makes the student's template and the solved example of it. Of a slot,
the lines under ``# --- template`` go into the template and those under ``# --- solution`` into the example;
all other lines go into both. What stands above the first cell, such as this text, goes into neither.
"""

# %% [markdown]
# # GoogLeNet for CIFAR-10
#
# You will write the inception module as a layer of your own, build GoogLeNet of nine of them, and then
# improve it step by step: batch normalisation, augmented images, smaller learning rates, and the mean of
# many predictions with dropout.
#
# How to work with this notebook:
#
# - Write your code in the cells under each step. You may add cells and choose other names.
# - Where a question asks for words, answer in the cell that waits for them.
# - At the end choose *Restart and run all*: your notebook is graded by running it from top to bottom.
#
# GoogLeNet has six million parameters and takes images of 128×128 pixels: without a GPU, training takes
# days. In Colab you choose one under *Runtime → Change runtime type*.

# %% [markdown]
# ## Setup

# %%
import functools

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers
from keras.datasets import cifar10

# %% [markdown] s1.split
# ## Step 1: the images
#
# Load CIFAR-10. How many examples are in the training set, and how many in the test set?
#
# Early stopping will need images that the network does not train on, and the test images must stay
# untouched until the end. So set the **last 10 000** examples of the training set aside for validation.
# All the others are for training.

# %% s1.split
# --- template
# Your code here. Names to use: X_train, y_train, X_valid, y_valid, X_test, y_test
# --- solution
(X_train_full, y_train_full), (X_test, y_test) = cifar10.load_data()

X_train, X_valid = X_train_full[:-10_000], X_train_full[-10_000:]
y_train, y_valid = y_train_full[:-10_000], y_train_full[-10_000:]

print("training:  ", X_train.shape, y_train.shape)
print("validation:", X_valid.shape, y_valid.shape)
print("test:      ", X_test.shape, y_test.shape)
# --- end

# %%
HEIGHT = 128
WIDTH = 128

# %% [markdown] s2.explore
# ## Step 2: a look at the data
#
# - How many examples of each category are in the training set?
# - Show the first 25 images in a grid of 5 by 5, each with the name of its class.

# %% s2.explore
class_names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
# --- template
# Your code here
# --- solution
for name, count in zip(class_names, np.bincount(y_train_full.ravel()), strict=True):
    print(f"{name}: {count}")

fig, axes = plt.subplots(5, 5, figsize=(8, 8))
for index, ax in enumerate(axes.flat):
    ax.imshow(X_train_full[index])
    ax.set_title(class_names[y_train_full[index, 0]])
    ax.axis("off")
plt.show()
# --- end

# %% [markdown] s3.module
# ## Step 3: the InceptionModule
#
# An inception module looks at its input in four ways at once and puts what they give one after another,
# along the channels:
#
# | branch | layers |
# |---|---|
# | 1 | 1×1 convolution (`filters11`) |
# | 2 | 1×1 convolution (`filters33_reduce`), then 3×3 convolution (`filters33`) |
# | 3 | 1×1 convolution (`filters55_reduce`), then 5×5 convolution (`filters55`) |
# | 4 | 3×3 max pool, then 1×1 convolution (`filters_pool_proj`) |
#
# All layers have stride 1 and same padding, the max pool too, so that the four maps have one size. Every
# convolution has ReLU. The 1×1 convolutions before the large ones *reduce* the channels: large kernels on
# few channels need few weights.
#
# Write the module as a subclass of `keras.layers.Layer`. With `use_batch_norm=True` a layer of batch
# normalisation follows the concatenation. Make the layers in `__init__` and call them in `call`: a layer
# that is made in `call` would get new weights each time.

# %% s3.module
DefaultConv2D = functools.partial(layers.Conv2D, kernel_size=1, strides=1, padding="same", activation="relu")


class InceptionModule(layers.Layer):
    """Four branches on one input, joined along the channels."""

    def __init__(
        self,
        filters11: int,
        filters33_reduce: int,
        filters33: int,
        filters55_reduce: int,
        filters55: int,
        filters_pool_proj: int,
        use_batch_norm: bool = True,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        # --- template
        # Your code here: make the layers
        # --- solution
        self.conv11 = DefaultConv2D(filters11)
        self.conv33_reduce = DefaultConv2D(filters33_reduce)
        self.conv33 = DefaultConv2D(filters33, kernel_size=3)
        self.conv55_reduce = DefaultConv2D(filters55_reduce)
        self.conv55 = DefaultConv2D(filters55, kernel_size=5)
        self.pool = layers.MaxPooling2D(pool_size=3, strides=1, padding="same")
        self.pool_proj = DefaultConv2D(filters_pool_proj)
        self.concatenate = layers.Concatenate()
        self.batch_norm = layers.BatchNormalization() if use_batch_norm else None
        # --- end

    def call(self, inputs: keras.KerasTensor, training: bool | None = None) -> keras.KerasTensor:
        """The maps of the four branches, one after another."""
        # --- template
        # Your code here: call the layers
        return inputs
        # --- solution
        outputs = self.concatenate(
            [
                self.conv11(inputs),
                self.conv33(self.conv33_reduce(inputs)),
                self.conv55(self.conv55_reduce(inputs)),
                self.pool_proj(self.pool(inputs)),
            ]
        )
        if self.batch_norm is not None:
            outputs = self.batch_norm(outputs, training=training)
        return outputs
        # --- end


# %% [markdown] s3.instance
# ### An instance of the module
#
# The first module of GoogLeNet, 3a, has 64, 96, 128, 16, 32 and 32 filters (in the order of the
# arguments) and gets a map with 192 channels. Make one, without batch normalisation, and call it on a map
# of any height and width. Which shape does its output have, and how many parameters has the module?

# %% s3.instance
# --- template
# Your code here
# --- solution
module = InceptionModule(64, 96, 128, 16, 32, 32, use_batch_norm=False)
outputs = module(np.zeros((1, 16, 16, 192), dtype="float32"))
print("output:", tuple(outputs.shape))
print("parameters:", module.count_params())
# --- end

# %% [markdown] q.text
# Work the number of parameters out by hand: does it match?

# %% [markdown] q.text
# --- template
# *Your answer here*
# --- solution
# The four branches give 64 + 128 + 32 + 32 = 256 channels. A convolution has (side² · inputs + 1) · filters
# parameters. Branch 1: 193·64 = 12 352. Branch 2: 193·96 = 18 528 and (9·96 + 1)·128 = 110 720.
# Branch 3: 193·16 = 3 088 and (25·16 + 1)·32 = 12 832. Branch 4: 193·32 = 6 176. The sum is 163 696.
# --- end

# %% [markdown] s3.network
# ### GoogLeNet
#
# | part | layers |
# |---|---|
# | before the modules | 7×7 convolution (64), stride 2; max pool |
# | | 1×1 convolution (64); 3×3 convolution (192); max pool |
# | 3a, 3b | (64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64); max pool |
# | 4a to 4c | (192, 96, 208, 16, 48, 64), (160, 112, 224, 24, 64, 64), (128, 128, 256, 24, 64, 64) |
# | 4d, 4e | (112, 144, 288, 32, 64, 64), (256, 160, 320, 32, 128, 128); max pool |
# | 5a, 5b | (256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128) |
# | after the modules | global average pool, dropout, softmax over the classes |
#
# The max pools between the parts have windows of 3×3, stride 2 and same padding. With
# `use_batch_norm=True` there is a layer of batch normalisation before each of the first two max pools, and
# the modules have theirs.
#
# Complete the function. Write the nine modules as a loop over a table.

# %% s3.network
DefaultMaxPool = functools.partial(layers.MaxPooling2D, pool_size=3, strides=2, padding="same")


def get_googlenet_model(
    input_shape: tuple[int, int, int], num_classes: int, use_batch_norm: bool = True, **kwargs: object
) -> keras.Sequential:
    """GoogLeNet for images of a shape and a number of classes."""
    model = keras.Sequential(**kwargs)
    # --- template
    # Your code here
    # --- solution
    model.add(keras.Input(input_shape))
    model.add(DefaultConv2D(64, kernel_size=7, strides=2))
    if use_batch_norm:
        model.add(layers.BatchNormalization())
    model.add(DefaultMaxPool())
    model.add(DefaultConv2D(64))
    model.add(DefaultConv2D(192, kernel_size=3))
    if use_batch_norm:
        model.add(layers.BatchNormalization())
    model.add(DefaultMaxPool())
    for filters in [
        (64, 96, 128, 16, 32, 32),
        (128, 128, 192, 32, 96, 64),
        None,
        (192, 96, 208, 16, 48, 64),
        (160, 112, 224, 24, 64, 64),
        (128, 128, 256, 24, 64, 64),
        (112, 144, 288, 32, 64, 64),
        (256, 160, 320, 32, 128, 128),
        None,
        (256, 160, 320, 32, 128, 128),
        (384, 192, 384, 48, 128, 128),
    ]:
        model.add(InceptionModule(*filters, use_batch_norm=use_batch_norm) if filters else DefaultMaxPool())
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dropout(0.4))
    model.add(layers.Dense(num_classes, activation="softmax"))
    # --- end
    return model


# %% [markdown] s3.preprocess
# ### Preprocessing
#
# The network takes images of 128×128 pixels with values from -1 to 1; the images have 32×32 pixels with
# values from 0 to 255. Enlarged in advance, the images would fill ten gigabytes. So let the model do it:
# build one that resizes, then rescales, and then calls GoogLeNet (without batch normalisation for now).

# %% s3.preprocess
# --- template
# Your code here. Names to use: preprocess, model
# --- solution
preprocess = keras.Sequential(
    [
        layers.Resizing(HEIGHT, WIDTH),
        layers.Rescaling(1 / 127.5, offset=-1.0),
    ],
    name="preprocess",
)
model = keras.Sequential(
    [
        keras.Input((32, 32, 3)),
        preprocess,
        get_googlenet_model((HEIGHT, WIDTH, 3), 10, use_batch_norm=False),
    ]
)
# --- end

# %% [markdown] s4.compile
# ## Step 4: compile
#
# Adam with a learning rate of 0.001, the loss that fits these labels, and accuracy as metric.

# %% s4.compile
# --- template
# Your code here
# --- solution
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.001),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
# --- end

# %% [markdown] s5.train
# ## Step 5: train
#
# Train for a large number of epochs in batches of 128, with the validation data, and stop early: when the
# validation gets no better for some epochs, more of them only teach the network its images by heart.

# %% s5.train
# --- template
# Your code here
# --- solution
early_stopping = keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)
history = model.fit(
    X_train,
    y_train,
    batch_size=128,
    epochs=100,
    validation_data=(X_valid, y_valid),
    callbacks=[early_stopping],
)
# --- end

# %% [markdown] s6.evaluate
# ## Step 6: evaluate
#
# How well does the network do on the test set?

# %% s6.evaluate
# --- template
# Your code here
# --- solution
test_loss, test_accuracy = model.evaluate(X_test, y_test, verbose=0)
print(f"test loss {test_loss:.3f}, test accuracy {test_accuracy:.3f}")
# --- end

# %% [markdown] s7.bn
# ## Step 7: improve the model
#
# ### Batch normalisation
#
# Build GoogLeNet with batch normalisation, which your function has a switch for, then compile, train and
# evaluate it. You will do this more than once: a helper function saves work.


# %% s7.bn
# --- template
# Your code here. Name to use: model
# --- solution
def compile_and_train(model: keras.Model, learning_rate: float) -> None:
    """Compile a model, train it until it gets no better, and evaluate it."""
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(
        X_train,
        y_train,
        batch_size=128,
        epochs=100,
        validation_data=(X_valid, y_valid),
        callbacks=[keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)],
    )
    print("test accuracy:", model.evaluate(X_test, y_test, verbose=0)[1])


model = keras.Sequential([keras.Input((32, 32, 3)), preprocess, get_googlenet_model((HEIGHT, WIDTH, 3), 10)])
compile_and_train(model, 0.001)
# --- end

# %% [markdown] q.text
# Why do you have to call `get_googlenet_model` again? What would happen if you trained the model from
# before?

# %% [markdown] q.text
# --- template
# *Your answer here*
# --- solution
# Layers are part of a model from its construction on, so the old one cannot get batch normalisation. And
# training it again would go on from the weights that it has: the result would tell nothing about what
# batch normalisation does to a network that starts from scratch.
# --- end

# %% [markdown] s7.augment
# ### Data augmentation
#
# Make a `keras.Sequential` of `RandomFlip`, `RandomRotation` and `RandomContrast`, and put it **before**
# the preprocessing. Compile, train and evaluate again. Then look at some images that it makes of one: are
# they still images of their class?

# %% s7.augment
# --- template
# Your code here. Names to use: augment, model
# --- solution
augment = keras.Sequential(
    [
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(0.05),
        layers.RandomContrast(0.2),
    ],
    name="augment",
)
model = keras.Sequential(
    [
        keras.Input((32, 32, 3)),
        augment,
        preprocess,
        get_googlenet_model((HEIGHT, WIDTH, 3), 10),
    ]
)
compile_and_train(model, 0.001)
# --- end

# %% [markdown] s7.augment
# --- template
# *Your answer here*
# --- solution
# Mirrored and slightly turned, a ship stays a ship, and a photograph with less contrast is one that somebody
# might have taken. Turned by a quarter, it would be an image that the test set does not have.
# --- end

# %% [markdown] s7.lr
# ### A smaller learning rate
#
# Once training has stopped, reduce the learning rate to a tenth and train **the same model** further. Then
# do so once more.

# %% s7.lr
# --- template
# Your code here
# --- solution
compile_and_train(model, 0.0001)
compile_and_train(model, 0.00001)
# --- end

# %% [markdown] s7.mc
# ### Monte Carlo dropout
#
# Called with `training=True`, the network drops other units each time. Predict each test image 20 times in
# this way and average the probabilities. Go through the test set in batches of 500 images: all at once
# would not fit into memory. Is the mean better than a single prediction?

# %% s7.mc
# --- template
# Your code here. Name to use: probabilities
# --- solution
means = []
for first in range(0, len(X_test), 500):
    batch = X_test[first : first + 500]
    samples = np.stack([model(batch, training=True) for _ in range(20)])
    means.append(samples.mean(axis=0))
probabilities = np.concatenate(means)
print("test accuracy:", np.mean(probabilities.argmax(axis=1) == y_test.ravel()))
# --- end

# %% [markdown] s7.mc
# --- template
# *Your answer here*
# --- solution
# The mean of twenty thinned networks is about as good as the whole network, and better than any one of them.
# Where the twenty disagree, the image is a hard one, which the mean shows by a smaller probability.
# --- end
