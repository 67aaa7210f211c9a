# Waits for threads that wait for it.
# %% base
# %%
import threading
import time

threads = [threading.Thread(target=time.sleep, args=(10**6,)) for _ in range(20)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
