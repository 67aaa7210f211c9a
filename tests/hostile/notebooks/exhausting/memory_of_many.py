# Takes memory in many processes, none of which has much.
# %% base
# %%
import os
import time

for _ in range(40):
    if os.fork() == 0:
        kept = bytearray(b"x" * 2**27)
        time.sleep(1000)
        os._exit(0)
time.sleep(1000)
