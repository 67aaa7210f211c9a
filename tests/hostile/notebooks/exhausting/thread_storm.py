# Starts threads for as long as it can.
# %% base
# %%
import threading

while True:
    try:
        threading.Thread(target=threading.Event().wait).start()
    except RuntimeError:
        pass
