# Prints a lot, as progress bars do, and clears it.
# %%
import time

from IPython.display import HTML, clear_output, display

for number in range(50):
    clear_output(wait=True)
    print(f"{number}/50", "=" * number, end="\r")
for number in range(500):
    print(number, "#" * 100)
handle = display("first", display_id=True)
handle.update("second")
display(HTML("<b>bold</b>" * 1000))
# %% base
