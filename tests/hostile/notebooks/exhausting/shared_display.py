# Shows nothing very often, and then gives all of it one long text.
# %% base
# %%
from IPython.display import display

for number in range(1500):
    display({"text/plain": ""}, raw=True, display_id="same")
display({"text/plain": "x" * 90_000}, raw=True, display_id="same", update=True)
