"""The notebook of `regularization`: prompts, slots for the student and model answers, in percent format.

`python -m grader.assignments.template` makes the student's template and the solved example of it, as told in
`notebooks/nets.py`. The module `Custom`, which it imports, lies beside the template.
"""

# %% [markdown]
# # Dropout, batch normalisation and a network of your own
#
# You will classify small photographs with a fully connected network, do better with a convolutional one, and
# then find out what two kinds of layers do for it: dropout against overfitting, and batch normalisation for
# faster learning. In the end you build the best model that you can within 25 epochs.
#
# How to work with this notebook:
#
# - Write your code in the cells under each heading. You may add cells and choose other names.
# - Answer each question in the cell that waits for it.
# - The file `Custom.py` must lie in the same folder. It has two functions that draw for you.
# - At the end choose *Restart and run all*: your notebook is graded by running it from top to bottom.
#
# While you try things out, train for an epoch or two. Set the number right in the end.

# %% [markdown]
# ## Setup

# %%
import keras
from Custom import PlotModelEval, PlotRandomFromEachClass
from keras import layers

# %% [markdown] q1
# ## Part 1: the images

# %%
(X_train, y_train), (X_test, y_test) = keras.datasets.cifar10.load_data()
print("training:", X_train.shape, y_train.shape)
print("test:    ", X_test.shape, y_test.shape)

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
PlotRandomFromEachClass(X_train, y_train, 3, labels=class_names)

# %% [markdown] q1
# **Question 1:** The array of images has four axes. What is counted along each of them?

# %% [markdown] q1
# --- template
# *Your answer here.*
# --- solution
# Along the first axis the images, 50 000 for training and 10 000 for the test; along the second the rows and
# along the third the columns of an image, 32 each; along the fourth the three colours red, green and blue.
# --- end

# %% [markdown] prep
# ### Preparation
#
# Networks learn best from small numbers: bring all pixel values into the range from 0 to 1, as `float32`.
# Turn the class numbers into one-hot vectors: ten values, a 1 at the place of the class and 0 elsewhere.
# Keep `y_train` and `y_test` as they are, too: the functions of `Custom` draw with class numbers.

# %% prep
# --- template
# Your code here. Names to use: X_train, X_test, y_train_c, y_test_c
# --- solution
X_train = X_train.astype("float32") / 255
X_test = X_test.astype("float32") / 255
y_train_c = keras.utils.to_categorical(y_train, 10)
y_test_c = keras.utils.to_categorical(y_test, 10)
print(X_train.dtype, X_train.min(), X_train.max(), y_train_c.shape)
# --- end

# %% [markdown] dense
# ## Part 2: a fully connected network
#
# Flatten the image, then add fully connected layers. How many values must the last one give, and which
# activation makes probabilities of them? Compile the model with stochastic gradient descent (learning rate
# 0.01, Nesterov momentum 0.9) and print its summary.

# %% dense
# --- template
# Your code here. Name to use: model
# --- solution
x_in = keras.Input(shape=X_train.shape[1:])
x = layers.Flatten()(x_in)
x = layers.Dense(512, activation="tanh")(x)
x = layers.Dense(256, activation="tanh")(x)
x = layers.Dense(10, activation="softmax")(x)
model = keras.Model(inputs=x_in, outputs=x)

sgd = keras.optimizers.SGD(learning_rate=0.01, momentum=0.9, nesterov=True)
model.compile(optimizer=sgd, loss="categorical_crossentropy", metrics=["accuracy"])
model.summary()
# --- end

# %% [markdown] dense
# Train with at most 15 epochs, in batches of 32, and hold 20 % of the training images out for validation.
# So that the networks can be compared, do the same in parts 3 and 4.

# %% dense
# --- template
# Your code here. Name to use: history
# --- solution
history = model.fit(X_train, y_train_c, epochs=15, batch_size=32, verbose=1, validation_split=0.2)
# --- end

# %% [markdown] dense
# Evaluate the model on the test images, then draw its curves and what it confuses with `PlotModelEval`.

# %% dense
# --- template
# Your code here
# --- solution
score = model.evaluate(X_test, y_test_c, batch_size=128, verbose=0)
print(f"dense: test loss {score[0]:.3f}, test accuracy {score[1]:.3f}")
PlotModelEval(model, history, X_test, y_test, class_names)
# --- end

# %% [markdown] dense
# **Question 2:** Train a model that recognises more than 45 % of the test images. Why did you design it like
# this, and what do you make of the results?

# %% [markdown] dense
# --- template
# *Your answer here.*
# --- solution
# Two hidden layers of 512 and 256 units gave several per cent more than a single narrow one; a third layer
# changed little. Training and validation stay close together for most epochs, so the network is limited by
# what it can express of an image as a plain list of numbers rather than by overfitting.
# --- end

# %% [markdown] q3
# **Question 3:** Compare the model with one for handwritten digits (MNIST) in size and test accuracy. Why are
# these images so much harder?

# %% [markdown] q3
# --- template
# *Your answer here.*
# --- solution
# A network of a tenth of this size recognises 98 % of the digits. Digits are of one colour, centred, of one
# size, and on an empty background. Here the things stand anywhere, from any side, before any background and
# in any light, and members of one class differ more than those of different classes may.
# --- end

# %% [markdown] cnn
# ## Part 3: a convolutional network
#
# Build a network of blocks [convolution - activation - pooling], stack several of them, and let fully
# connected layers make the decision. It should recognise at least 62 % of the test images.

# %% cnn
# --- template
# Your code here. Name to use: model
# --- solution
x_in = keras.Input(shape=X_train.shape[1:])
x = layers.Conv2D(96, 5, activation="relu")(x_in)
x = layers.MaxPooling2D(2)(x)
x = layers.Conv2D(80, 5, activation="relu")(x)
x = layers.MaxPooling2D(2)(x)
x = layers.Flatten()(x)
x = layers.Dense(256, activation="relu")(x)
x = layers.Dense(10, activation="softmax")(x)
model = keras.Model(inputs=x_in, outputs=x)

sgd = keras.optimizers.SGD(learning_rate=0.01, momentum=0.9, nesterov=True)
model.compile(optimizer=sgd, loss="categorical_crossentropy", metrics=["accuracy"])
model.summary()
# --- end

# %% cnn
# --- template
# Your code here: train, evaluate and draw as in part 2. Name to use: history
# --- solution
history = model.fit(X_train, y_train_c, epochs=5, batch_size=32, verbose=1, validation_split=0.2)
score = model.evaluate(X_test, y_test_c, batch_size=128, verbose=0)
print(f"CNN: test loss {score[0]:.3f}, test accuracy {score[1]:.3f}")
PlotModelEval(model, history, X_test, y_test, class_names)
# --- end

# %% [markdown] cnn
# **Question 4:** Why did you design the network like this, and what do you make of the results?

# %% [markdown] cnn
# --- template
# *Your answer here.*
# --- solution
# Kernels of 5×5 let two blocks see a large part of the image; many filters pay more than a third block. After
# five epochs the training accuracy runs away from the one on the validation images: it begins to overfit.
# --- end

# %% [markdown] q5
# **Question 5:** This network achieves more with fewer parameters than the fully connected one. How can that
# be?

# %% [markdown] q5
# --- template
# *Your answer here.*
# --- solution
# A kernel is used at every place of the image, so what it learns in one place it knows in all of them. A fully
# connected layer needs weights of its own for each place, and learns each edge and each corner many times.
# --- end

# %% [markdown] dropout
# ## Part 4a: dropout
#
# Your CNN overfits. Dropout sets a random share of values to zero in each training step, so that no unit can
# rely on a few others. It is put after pooling, or after the activation of hidden fully connected layers.
#
# Extend **your CNN** by dropout and change nothing else, then train it, evaluate it and draw its curves.

# %% dropout
# --- template
# Your code here. Names to use: model, history
# --- solution
x_in = keras.Input(shape=X_train.shape[1:])
x = layers.Conv2D(96, 5, activation="relu")(x_in)
x = layers.MaxPooling2D(2)(x)
x = layers.Dropout(0.25)(x)
x = layers.Conv2D(80, 5, activation="relu")(x)
x = layers.MaxPooling2D(2)(x)
x = layers.Dropout(0.25)(x)
x = layers.Flatten()(x)
x = layers.Dense(256, activation="relu")(x)
x = layers.Dropout(0.5)(x)
x = layers.Dense(10, activation="softmax")(x)
model = keras.Model(inputs=x_in, outputs=x)

sgd = keras.optimizers.SGD(learning_rate=0.01, momentum=0.9, nesterov=True)
model.compile(optimizer=sgd, loss="categorical_crossentropy", metrics=["accuracy"])
model.summary()

history = model.fit(X_train, y_train_c, epochs=10, batch_size=32, verbose=1, validation_split=0.2)
score = model.evaluate(X_test, y_test_c, batch_size=128, verbose=0)
print(f"dropout: test loss {score[0]:.3f}, test accuracy {score[1]:.3f}")
PlotModelEval(model, history, X_test, y_test, class_names)
# --- end

# %% [markdown] dropout
# **Question 6:** Compare this model with the one before it in accuracy on training, validation and test
# images. Remember that dropout is all that differs. What does a dropout layer do when the model is tested?

# %% [markdown] dropout
# --- template
# *Your answer here.*
# --- solution
# It learns more slowly, and its accuracy on the training images stays below that on the validation images,
# because only in training values are dropped. When the model is tested, dropout lets everything pass. The gap
# between training and test, wide before, has all but gone.
# --- end

# %% [markdown] batchnorm
# ## Part 4b: batch normalisation
#
# Batch normalisation brings each feature to a mean and a spread that the network learns. It belongs between
# the linear part of a layer and its activation, so the activation has to become a layer of its own:
# [convolution - batch normalisation - activation - pooling], and likewise for fully connected layers. Here a
# momentum of 0.75 does well.
#
# Extend **your network with dropout** by it, in the convolutional and in the fully connected part.

# %% batchnorm
# --- template
# Your code here. Names to use: model, history
# --- solution
x_in = keras.Input(shape=X_train.shape[1:])
x = layers.Conv2D(96, 5)(x_in)
x = layers.BatchNormalization(momentum=0.75)(x)
x = layers.Activation("relu")(x)
x = layers.MaxPooling2D(2)(x)
x = layers.Dropout(0.25)(x)
x = layers.Conv2D(80, 5)(x)
x = layers.BatchNormalization(momentum=0.75)(x)
x = layers.Activation("relu")(x)
x = layers.MaxPooling2D(2)(x)
x = layers.Dropout(0.25)(x)
x = layers.Flatten()(x)
x = layers.Dense(256)(x)
x = layers.BatchNormalization(momentum=0.75)(x)
x = layers.Activation("relu")(x)
x = layers.Dropout(0.5)(x)
x = layers.Dense(10, activation="softmax")(x)
model = keras.Model(inputs=x_in, outputs=x)

sgd = keras.optimizers.SGD(learning_rate=0.01, momentum=0.9, nesterov=True)
model.compile(optimizer=sgd, loss="categorical_crossentropy", metrics=["accuracy"])
model.summary()

history = model.fit(X_train, y_train_c, epochs=15, batch_size=32, verbose=1, validation_split=0.2)
score = model.evaluate(X_test, y_test_c, batch_size=128, verbose=0)
print(f"batch norm: test loss {score[0]:.3f}, test accuracy {score[1]:.3f}")
PlotModelEval(model, history, X_test, y_test, class_names)
# --- end

# %% [markdown] q7
# **Question 7:** What goes wrong with batch normalisation when the batches are very small? And when they are
# very large? Name the sources that you used.

# %% [markdown] q7
# --- template
# *Your answer here.*
# --- solution
# Mean and variance of a few images say little about all of them: they jump from batch to batch, and the
# running averages used for testing fit none of the batches. Very large batches have steady statistics, but take
# memory, make fewer steps an epoch, and lose the little noise that helps against overfitting.
# --- end

# %% [markdown] own
# ## Part 5: your own model
#
# Now put together what you have learned. Your model should recognise at least **75 %** of the test images
# after **25 epochs** in all at most. Layers, optimizer, batch size and augmentation are your choice. Several
# trainings of the same model count together; a model that is built anew starts at zero. Never train on test
# images.


# %% own
# --- template
# Your code here. Name to use: model
# --- solution
def block(x: keras.KerasTensor, filters: int, repeats: int, rate: float) -> keras.KerasTensor:
    """Convolutions of 3×3, each normalised, then pooling and dropout."""
    for _ in range(repeats):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.Activation("relu")(x)
    x = layers.MaxPooling2D(2)(x)
    return layers.Dropout(rate)(x)


x_in = keras.Input(shape=X_train.shape[1:])
x = layers.RandomFlip("horizontal")(x_in)
x = layers.RandomTranslation(0.1, 0.1, fill_mode="reflect")(x)
x = block(x, 32, 2, 0.2)
x = block(x, 64, 2, 0.3)
x = block(x, 128, 1, 0.4)
x = layers.Flatten()(x)
x = layers.Dense(256, use_bias=False)(x)
x = layers.BatchNormalization(momentum=0.9)(x)
x = layers.Activation("relu")(x)
x = layers.Dropout(0.5)(x)
x = layers.Dense(10, activation="softmax")(x)
model = keras.Model(inputs=x_in, outputs=x)

model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
model.summary()
# --- end

# %% own
# --- template
# Your code here: train for at most 25 epochs, evaluate, draw. Name to use: history
# --- solution
history = model.fit(
    X_train,
    y_train_c,
    epochs=25,
    batch_size=64,
    validation_split=0.1,
    callbacks=[keras.callbacks.ReduceLROnPlateau("val_accuracy", factor=0.3, patience=3)],
)
score = model.evaluate(X_test, y_test_c, batch_size=128, verbose=0)
print(f"own: test loss {score[0]:.3f}, test accuracy {score[1]:.3f}")
PlotModelEval(model, history, X_test, y_test, class_names)
# --- end

# %% [markdown] own
# **Question 8:** Explain your model and why you designed it like this.

# %% [markdown] own
# --- template
# *Your answer here.*
# --- solution
# Two convolutions of 3×3 see as much as one of 5×5, with fewer weights and one activation more. As pooling
# shrinks the map, the number of channels grows. Batch normalisation lets it learn quickly enough for 25 epochs,
# dropout grows towards the end, where most weights are, and random flips and shifts show each photograph in
# many versions. When the validation accuracy stands still, smaller steps help.
# --- end

# %% [markdown]
# ## An extra challenge
#
# For those who like it: what else makes the model better? Global pooling, L2 penalties, other activations,
# residual blocks, several models that vote. Nothing here is graded.
