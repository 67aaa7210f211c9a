# Shows more than anybody can see: one line without an end, pages, pictures, progress bars.
# %% base
# %%
from IPython.display import HTML, clear_output, display

print("x" * 30_000_000)
for number in range(200):
    display(HTML("<b>" + "y" * 100_000 + "</b>"))
    clear_output(wait=True)
    display({"image/png": "z" * 100_000, "application/json": {"a": [1] * 1000}}, raw=True)
repr_of_many = type("Many", (), {"__repr__": lambda self: "r" * 50_000_000})()
display(repr_of_many)
repr_of_many
