# Says that it has finished before it has, so that what comes is taken for another cell's.
# %%
kernel = get_ipython().kernel
session, parent = kernel.session, kernel.get_parent()
for number in range(3):
    session.send(kernel.iopub_socket, "status", {"execution_state": "idle"}, parent, ident=b"kernel.x.status")
    session.send(kernel.shell_stream if hasattr(kernel, "shell_stream") else kernel.shell_socket, "execute_reply",
                 {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}, parent,
                 ident=kernel._parent_ident["shell"] if isinstance(kernel._parent_ident, dict) else None)
# %% base
