# %%
import keras
import numpy as np
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
print("training:", x_train.shape, y_train.shape)
print("test:", x_test.shape, y_test.shape)
# %%
x_train = x_train.astype("float32") / 255
x_test = x_test.astype("float32") / 255
# %%
# One pool of NET I is missing.
net1 = keras.Sequential(
    [
        keras.Input(shape=(32, 32, 3)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2, strides=2),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2, strides=2),
        layers.Conv2D(64, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(512, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ],
    name="net1",
)
# %%
net1.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
# %%
history = net1.fit(x_train, y_train, validation_data=(x_test, y_test), batch_size=64, epochs=2, verbose=0)
# %%
loss, accuracy = net1.evaluate(x_test, y_test, verbose=0)
print(f"test loss {loss:.3f}, test accuracy {accuracy:.3f}")
# %%
probabilities = net1.predict(x_test, verbose=0)
print(np.argmax(probabilities[0]), y_test[0, 0], np.argmax(probabilities[0]) == y_test[0, 0])
