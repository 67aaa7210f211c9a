# Prints markup, escape sequences, commands for CI, and text that turns what follows around.
# %%
EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(1)></style></td></table>"
    "\x1b[31m\x1b]0;title\x07\x1b]8;;http://evil.example\x07link\x1b]8;;\x07\x1b[2J\x9b31m"
    "\n::set-output name=x::y\n::add-mask::points\n##[error]x\n::stop-commands::x"
    "\n# heading\n![picture](http://evil.example/x.png) [link](javascript:alert(1)) | cell | ``` `"
    "\u202eevil\u2066\u2028\x00\r\x08"
)
print(EVIL)
# %%
import keras
import matplotlib.pyplot as plt

(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
model = keras.Sequential(
    [
        keras.Input((32, 32, 3)),
        keras.layers.Flatten(name="<script>alert(2)</script>"),
        keras.layers.Dense(10, activation="softmax", name="::error::x"),
    ],
    name="<script>alert(3)</script>\x1b[31m",
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, verbose=0)
# %%
plt.plot([1, 2], label="<script>alert(4)</script>")
plt.title("\x1b]0;title\x07<script>")
plt.legend()
plt.show()
# %%
raise type("<script>alert(5)</script>", (Exception,), {})(EVIL)
# %%
raise ValueError(EVIL.replace("\n", " "))
