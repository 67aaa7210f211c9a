"""The notebook of `first-cnn`: prompts, slots for the student and model answers, in percent format.

`python -m grader.assignments.template` makes the student's template and the solved example of it; see there.
"""

# %% [markdown]
# # A first CNN for CIFAR-10, and a deeper one of your own
#
# You will prepare the images, build and train a small convolutional network that is given layer by layer, and then
# design a deeper one yourself, of which only the order of layers is given. At the end you compare the two.
#
# How to work with this notebook:
#
# - Write your code in the cells under each heading. You may add cells and choose other names.
# - Where a question asks for words, answer in the cell that waits for them.
# - At the end choose *Restart and run all*: your notebook is graded by running it from top to bottom.
#
# Without a GPU the small network takes minutes to train, the deeper one may take an hour.

# %%
import keras
from keras import layers

# %% [markdown] prep
# ## Images and labels
#
# CIFAR-10 has 50 000 photographs for training and 10 000 for the test, 32×32 pixels in three colours. Each shows
# one of ten kinds of things: airplane, automobile, bird, cat, deer, dog, frog, horse, ship or truck.
#
# Load it with `keras.datasets` and prepare both sets alike:
#
# - the images as `float32` with values from 0 to 1,
# - the labels as one-hot vectors: the label 3 becomes a row of ten numbers, a 1 at index 3 and 0 elsewhere.

# %% prep
# --- template
# Your code here. Names to use: x_train, y_train, x_test, y_test
# --- solution
(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()

x_train = x_train.astype("float32") / 255
x_test = x_test.astype("float32") / 255
y_train = keras.utils.to_categorical(y_train, 10)
y_test = keras.utils.to_categorical(y_test, 10)

print("images:", x_train.shape, x_train.dtype, x_train.min(), x_train.max())
print("labels:", y_train.shape, y_train[0])
# --- end

# %% [markdown] model1
# ## Model 1: the network as given
#
# Steps of 2 in its convolutions make the maps small at once, so that this network trains quickly:
#
# | layer | settings |
# |---|---|
# | convolution | 32 filters, 5×5, strides 2×2, same padding, relu |
# | convolution | 32 filters, 5×5, strides 2×2, valid padding, relu |
# | max pool | 2×2 |
# | dropout | 0.25 |
# | flatten | |
# | dense | 512, relu |
# | dropout | 0.5 |
# | dense | 10, softmax |
#
# Build it and look at its summary. Then compile it with the optimizer RMSprop, the categorical cross-entropy and
# accuracy as metric, and train it. The course takes 15 epochs in batches of 32; any number will do here. Give the
# test images as validation data, to see after each epoch how the network does on images that it does not train on.

# %% model1
# --- template
# Your code here. Name to use: model_1
# --- solution
model_1 = keras.Sequential(
    [
        keras.Input(shape=(32, 32, 3)),
        layers.Conv2D(32, 5, strides=2, padding="same", activation="relu"),
        layers.Conv2D(32, 5, strides=2, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Dropout(0.25),
        layers.Flatten(),
        layers.Dense(512, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ],
    name="model_1",
)
model_1.summary()
# --- end

# %% model1
# --- template
# Your code here: compile and train.
# --- solution
model_1.compile(
    optimizer=keras.optimizers.RMSprop(learning_rate=0.0005),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)
history_1 = model_1.fit(x_train, y_train, batch_size=32, epochs=15, validation_data=(x_test, y_test))
# --- end

# %% [markdown] model2
# ## Model 2: a deeper network of your own
#
# Model 1 goes CONV - CONV - POOL - (flatten) - DENSE - classification. Build a network that goes
#
# **CONV - CONV - POOL - CONV - CONV - POOL - (flatten) - DENSE - classification**
#
# with max pools. Every convolution moves in steps of 1. Filters, kernels, padding, units and dropout are your choice,
# and so are the activations, but for the last layer: its ten outputs are to be probabilities that add up to 1.

# %% model2
# --- template
# Your code here. Name to use: model_2
# --- solution
model_2 = keras.Sequential(
    [
        keras.Input(shape=(32, 32, 3)),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Dropout(0.25),
        layers.Conv2D(64, 3, padding="same", activation="relu"),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Dropout(0.25),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ],
    name="model_2",
)
# --- end

# %% [markdown] count
# ## Parameters
#
# How many parameters does your model have? How does that compare with model 1? Show the number, and say where the
# difference comes from.

# %% count
# --- template
# Your code here
# --- solution
model_2.summary()
# --- end

# %% [markdown] count
# --- template
# *Your answer about the parameters goes here.*
# --- solution
# Model 2 has 658 218 parameters, model 1 has 181 162. Nearly all of the difference lies in the first dense layer:
# without strides a map of 6×6×64 = 2304 values reaches it instead of 288. The four convolutions together have a
# tenth of the parameters.
# --- end

# %% [markdown] train
# ## Training for five epochs
#
# Compile your model like model 1 and train it for 5 epochs, again with validation data.

# %% train
# --- template
# Your code here
# --- solution
model_2.compile(
    optimizer=keras.optimizers.RMSprop(learning_rate=0.0005),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)
history_2 = model_2.fit(x_train, y_train, batch_size=32, epochs=5, validation_data=(x_test, y_test))
# --- end

# %% [markdown] observe
# ## What do you notice?
#
# Compare the two trainings: the time that an epoch takes, and the course of loss and accuracy, on the training images
# as well as on the validation images.

# %% [markdown] observe
# --- template
# *Your observations go here.*
# --- solution
# An epoch of model 2 takes several times as long as one of model 1: its convolutions work at every place of maps that
# are much larger. Per epoch it learns more. The loss falls faster on both sets, and after few epochs it recognises
# more of the validation images than model 1 does at its best. Both do better on the validation images than on the
# training images at first: dropout is active in training only. Later the training accuracy catches up.
# --- end
