"""The notebook of `tiny-vgg`: prompts, slots for the student and model answers, in percent format.

`python -m grader.assignments.template` makes the student's template and the solved example of it; see `nets.py`
beside this file for what the marks mean.
"""

# %% [markdown]
# # A tiny VGG for CIFAR-10
#
# You will build a small network after the model of VGG, find out how much its accuracy depends on luck, look
# at what it has learned, and change it in three ways.
#
# How to work with this notebook:
#
# - Write your code in the cells under each question. You may add cells and choose other names.
# - Where a question asks for words, answer in the cell that waits for them.
# - At the end choose *Restart and run all*: your notebook is graded by running it from top to bottom.
#
# Questions 9 and 13 to 15 train many networks. Take a GPU (in Colab: *Runtime → Change runtime type*), and
# fewer epochs than in question 6 where you repeat a training.

# %% [markdown]
# ## Setup

# %%
from collections.abc import Callable

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

# %% [markdown] q01
# ## Question 1: the images
#
# Load CIFAR-10 with `keras.datasets`. How many images are there for training and for the test, and how large
# is an image? Print the shapes.

# %% q01
# --- template
# Your code here. Names to use: x_train, y_train, x_test, y_test
# --- solution
(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()

print("training images:", x_train.shape, "labels:", y_train.shape)
print("test images:    ", x_test.shape, "labels:", y_test.shape)
# --- end

# %% [markdown] q02
# ## Question 2: the classes
#
# Show some images of each of the ten classes, and write the name of its class beside each image. The numbers
# 0 to 9 stand for airplane, automobile, bird, cat, deer, dog, frog, horse, ship and truck.

# %% q02
# --- template
# Your code here
# --- solution
class_names = [
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
]

figure, axes = plt.subplots(3, 10, figsize=(15, 5))
for label, name in enumerate(class_names):
    rows = np.flatnonzero(y_train[:, 0] == label)[:3]
    for i, ax in enumerate(axes[:, label]):
        ax.imshow(x_train[rows[i]])
        ax.set_title(name)
        ax.axis("off")
plt.show()
# --- end

# %% [markdown] q03
# ## Question 3: preparation
#
# Bring the images into a form that networks learn well from, and the labels into one that fits the loss you
# will choose. Whatever you compute from images for that, such as a mean, comes from training images only.

# %% q03
# --- template
# Your code here. Names to use: x_train, x_test
# --- solution
x_train = x_train.astype("float32") / 255
x_test = x_test.astype("float32") / 255
# --- end

# %% [markdown] q04
# ## Question 4: the tiny VGG
#
# Build this network:
#
# - two blocks, each of two convolutions of 3×3 with ReLU and a maximum pool of 2×2,
# - then a flattening and a classifier.
#
# Ten filters in each convolution are enough. Padding, and a hidden fully connected layer, are your choice.


# %% q04
# --- template
# Your code here. A function that builds the network will be useful in question 9.
# --- solution
def block(filters: int = 10) -> list[layers.Layer]:
    """Two convolutions and a pool."""
    return [
        layers.Conv2D(filters, 3, padding="same", activation="relu"),
        layers.Conv2D(filters, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(2),
    ]


def build_tiny_vgg() -> keras.Model:
    """The network with fresh weights."""
    return keras.Sequential(
        [keras.Input((32, 32, 3)), *block(), *block(), layers.Flatten(), layers.Dense(10, activation="softmax")]
    )


model = build_tiny_vgg()
model.summary()
# --- end

# %% [markdown] q05
# ## Question 5: compile
#
# Compile the network with Adam, a loss that fits your labels and your last layer, and the accuracy as metric.

# %% q05
# --- template
# Your code here
# --- solution
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
# --- end

# %% [markdown] q06
# ## Question 6: train
#
# Train for 100 epochs in batches of 128, with 30 % of the training images set aside for validation.

# %% q06
# --- template
# Your code here. Name to use: history
# --- solution
history = model.fit(x_train, y_train, validation_split=0.3, batch_size=128, epochs=100, verbose=2)
# --- end

# %% [markdown] q07
# ## Question 7: evaluate
#
# Print loss and accuracy of the network on the test images.

# %% q07
# --- template
# Your code here
# --- solution
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"test loss {loss:.3f}, test accuracy {accuracy:.3f}")
# --- end

# %% [markdown] q08
# ## Question 8: curves
#
# Plot accuracy and loss over the epochs, each for the images trained on and for those held out.

# %% q08
# --- template
# Your code here
# --- solution
figure, axes = plt.subplots(1, 2, figsize=(12, 4))
for ax, quantity in [(axes[0], "accuracy"), (axes[1], "loss")]:
    ax.plot(history.history[quantity], label="training")
    ax.plot(history.history[f"val_{quantity}"], label="validation")
    ax.set_xlabel("epoch")
    ax.set_ylabel(quantity)
    ax.legend()
plt.show()
# --- end

# %% [markdown] q09
# ## Question 9: how robust is it?
#
# The weights that training starts from are random, so another run gives another accuracy. Repeat the whole
# process five times or more: build the network **anew**, train it, evaluate it on the test images. Report the
# mean **and the standard deviation** of the test accuracies. A mean without the deviation says little: nobody
# could tell whether two networks differ by more than luck.


# %% q09
# --- template
# Your code here. A function that repeats the experiment for any network will be useful in questions 13 to 15.
# --- solution
def repeat(build: Callable[[], keras.Model], runs: int = 5, epochs: int = 20) -> list[float]:
    """The test accuracies of networks that are built anew, trained and evaluated."""
    accuracies = []
    for _ in range(runs):
        network = build()
        network.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        network.fit(x_train, y_train, validation_split=0.3, batch_size=128, epochs=epochs, verbose=0)
        accuracies.append(network.evaluate(x_test, y_test, verbose=0)[1])
    return accuracies


def report(name: str, accuracies: list[float]) -> None:
    """Print mean and standard deviation."""
    mean, deviation = np.mean(accuracies), np.std(accuracies, ddof=1)
    print(f"{name}: test accuracy {mean:.4f} ± {deviation:.4f} over {len(accuracies)} runs")


report("tiny VGG", repeat(build_tiny_vgg))
# --- end

# %% [markdown] q09
# What does the standard deviation tell you about this network?
#
# --- template
# *Your answer here.*
# --- solution
# The runs scatter by the deviation printed above, although nothing but the first weights and the order of the
# batches differs between them. A change of the network that moves the mean by less than that is no proven
# improvement.
# --- end

# %% [markdown] q10
# ## Question 10: feature maps
#
# Choose one image and show what the convolutions and pools make of it: the maps that each of these layers
# gives out, for one filter or for all. What comes after the flattening is no image and is left out.

# %% q10
# --- template
# Your code here
# --- solution
seen = [layer for layer in model.layers if isinstance(layer, (layers.Conv2D, layers.MaxPooling2D))]
inside = keras.Model(model.inputs, [layer.output for layer in seen])
maps = inside.predict(x_test[:1], verbose=0)

figure, axes = plt.subplots(len(seen), 10, figsize=(15, 9))
for i, layer in enumerate(seen):
    axes[i, 0].set_ylabel(layer.name)
    for channel, ax in enumerate(axes[i]):
        ax.imshow(maps[i][0, :, :, channel], cmap="viridis")
        ax.set_xticks([])
        ax.set_yticks([])
plt.show()
# --- end

# %% [markdown] q11
# ## Question 11: kernels
#
# Show the weights of the first convolution as images: every filter, for each of the three colour channels.

# %% q11
# --- template
# Your code here
# --- solution
kernel = model.layers[0].get_weights()[0]

figure, axes = plt.subplots(3, kernel.shape[3], figsize=(15, 5))
for channel, name in enumerate(["red", "green", "blue"]):
    axes[channel, 0].set_ylabel(name)
    for number, ax in enumerate(axes[channel]):
        ax.imshow(kernel[:, :, channel, number], cmap="gray")
        ax.set_xticks([])
        ax.set_yticks([])
plt.show()
# --- end

# %% [markdown] q12
# ## Question 12: larger kernels
#
# In 3×3 pixels there is little to see. Load the ResNet50 of `keras.applications` with its ImageNet weights,
# under a name of its own, and show the 64 kernels of its first convolution, which are 7×7. This time show each
# kernel as **one colour image**. Weights are positive and negative: bring them into the range from 0 to 1 first.

# %% q12
# --- template
# Your code here. Name to use: resnet50
# --- solution
resnet50 = keras.applications.ResNet50(weights="imagenet")
first = next(layer for layer in resnet50.layers if isinstance(layer, layers.Conv2D))
kernels = first.get_weights()[0]

figure, axes = plt.subplots(8, 8, figsize=(8, 8))
for number, ax in enumerate(axes.flat):
    rgb = kernels[:, :, :, number]
    ax.imshow((rgb - rgb.min()) / (rgb.max() - rgb.min()))
    ax.axis("off")
plt.show()
# --- end

# %% [markdown] q13
# ## Question 13: batch normalisation
#
# Take your tiny VGG of question 4 and put a batch normalisation after each convolution, before its
# activation. Leave everything else as it is. Repeat the experiment of question 9 (two runs are the least), and
# report mean and standard deviation.


# %% q13
# --- template
# Your code here
# --- solution
def normalised_block(filters: int = 10) -> list[layers.Layer]:
    """The block with batch normalisation between each convolution and its activation."""
    parts = []
    for _ in range(2):
        parts += [
            layers.Conv2D(filters, 3, padding="same"),
            layers.BatchNormalization(),
            layers.Activation("relu"),
        ]
    return [*parts, layers.MaxPooling2D(2)]


def build_with_bn() -> keras.Model:
    """The network with normalised blocks."""
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            *normalised_block(),
            *normalised_block(),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )


report("with batch normalisation", repeat(build_with_bn))
# --- end

# %% [markdown] q13
# Is the network better, and is it more robust?
#
# --- template
# *Your answer here.*
# --- solution
# With normalised values each layer sees inputs of the same scale throughout the training, so it learns faster
# and depends less on the first weights. The two lines of figures tell whether the gain is more than the
# scatter of the runs.
# --- end

# %% [markdown] q14
# ## Question 14: a third block
#
# Go back to the **original** tiny VGG, without batch normalisation, and add a third block of the same kind.
# Repeat the experiment, and report mean and standard deviation.


# %% q14
# --- template
# Your code here
# --- solution
def build_three_blocks() -> keras.Model:
    """The network with a third block."""
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            *block(),
            *block(),
            *block(),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )


report("three blocks", repeat(build_three_blocks))
# --- end

# %% [markdown] q14
# Is the network better, and is it more robust?
#
# --- template
# *Your answer here.*
# --- solution
# The third block sees larger parts of the image, and its pool leaves a quarter of the values for the
# classifier: more layers, fewer parameters, less overfitting. The deviation is to be compared with that of the
# original.
# --- end

# %% [markdown] q15
# ## Question 15: a tiny ResNet
#
# Turn your network into a small ResNet:
#
# - Before the blocks comes a convolution of 7×7, followed by a batch normalisation, an activation and a
#   maximum pool of 2×2.
# - The blocks have no pools any more.
# - What goes into a block is added to what comes out of it (`layers.Add`). The last activation of a block
#   comes after this sum.
# - Before the flattening stands an average pool of 4×4.
#
# Where the number of channels changes in a block, a convolution of 1×1 on the shortcut adapts it. Repeat the
# experiment, and report mean and standard deviation.


# %% q15
# --- template
# Your code here
# --- solution
def residual_block(x: keras.KerasTensor, filters: int = 10) -> keras.KerasTensor:
    """A block without pool, added to its input."""
    shortcut = x
    x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    x = layers.Conv2D(filters, 3, padding="same")(x)
    x = layers.Add()([x, shortcut])
    return layers.Activation("relu")(x)


def build_tiny_resnet() -> keras.Model:
    """The network with shortcuts around its blocks."""
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(10, 7, padding="same")(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    x = layers.MaxPooling2D(2)(x)
    x = residual_block(x)
    x = residual_block(x)
    x = layers.AveragePooling2D(4)(x)
    x = layers.Flatten()(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


build_tiny_resnet().summary()
report("tiny ResNet", repeat(build_tiny_resnet))
# --- end

# %% [markdown] q15
# Does the change help? What are shortcuts good for in a deeper network?
#
# --- template
# *Your answer here.*
# --- solution
# Hardly, as the figures show: two blocks are not deep. In a network of many layers the sum gives gradients a
# way around each block, so that the first layers learn as well as the last, and a block that has nothing to
# add can leave its input as it is.
# --- end
