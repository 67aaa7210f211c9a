# Hides files in folders that are nested deeper than any path can say.
# %% base
# %%
import os
import time

for number in range(5000):
    os.mkdir("d")
    os.chdir("d")
for number in range(150):
    with open(f"part-{number}", "wb") as file:
        file.write(b"x" * 2**20)
time.sleep(1000)
