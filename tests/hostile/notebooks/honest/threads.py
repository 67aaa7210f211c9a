# Loads and counts in threads and processes, and waits for them.
# %%
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool

with ThreadPoolExecutor(4) as executor:
    print(sum(executor.map(abs, range(-100, 100))))
with ThreadPool(4) as pool:
    print(pool.map(str, range(3)))
waiting = threading.Event()
threading.Timer(0.01, waiting.set).start()
waiting.wait()
print(subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True, check=True).stdout)
print(subprocess.check_output("ls", shell=True))
!echo hello
# %% base
