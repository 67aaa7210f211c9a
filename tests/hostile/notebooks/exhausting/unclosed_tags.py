# Shows what takes a careless reader of HTML or of errors a year.
# %% base
# %%
from IPython.display import HTML, display

display(HTML("<" * 350_000))
raise ValueError("(<ipython-input-" * 20_000)
