# Never ends, whatever it is asked.
# %% base
# %%
import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    try:
        while True:
            pass
    except BaseException:
        continue
# %%
print("never run")
