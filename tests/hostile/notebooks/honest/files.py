# Writes and reads files where a notebook may, and looks at the environment.
# %%
import os
import pathlib
import shutil
import tempfile

import numpy as np

np.save("numbers.npy", np.arange(10))
np.load = lambda *args, load=np.load, **options: load(*args, allow_pickle=True, **options)
print(np.load("numbers.npy").sum(), os.environ.get("HOME"), os.environ.get("COLAB_GPU"), os.getcwd(), os.cpu_count())
with tempfile.TemporaryDirectory() as folder:
    pathlib.Path(folder, "file").write_text("x")
with tempfile.NamedTemporaryFile("w") as file:
    file.write("x" * 1_000_000)
os.makedirs("results/figures", exist_ok=True)
shutil.copy("numbers.npy", "results")
os.chmod("numbers.npy", 0o644)
os.rename("numbers.npy", "renamed.npy")
shutil.rmtree("results")
pathlib.Path.home().joinpath("kept.txt").write_text("x")
# %% base
# %%
net1.save("net1.keras")
print(keras.models.load_model("net1.keras").count_params())
