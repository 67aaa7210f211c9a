# Sends what is no message of Jupyter's, or of another session, or for nobody.
# %% base
# %%
import json

kernel = get_ipython().kernel
session, iopub, parent = kernel.session, kernel.iopub_socket, kernel.get_parent()
for content in ({}, {"name": 5, "text": {}}, {"data": []}, {"ename": 1, "evalue": [], "traceback": "x"}, {"execution_state": []}):
    for kind in ("stream", "display_data", "update_display_data", "error", "status", "clear_output", "execute_input", "nothing"):
        session.send(iopub, kind, content, parent)
for data in ({"text/plain": {"a": 1}}, {"text/html": None}, {"": ""}, {"text/plain": ["a", 1]}, "x", None):
    session.send(iopub, "display_data", {"data": data, "metadata": 7, "transient": {"display_id": [1]}}, parent)
# %%
key, session.key = session.key, b"wrong"
session.send(iopub, "stream", {"name": "stdout", "text": "another key"}, parent)
session.key = key
iopub.send_multipart([b"<IDS|MSG>"])
iopub.send_multipart([b"", b"<IDS|MSG>", b"x" * 64, b"{", b"]", b"\xff", b"{}"])
iopub.send_multipart([b"x" * 1000] * 100)
# %%
print("the cell after it")
