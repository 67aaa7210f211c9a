# Opens widgets and talks over them.
# %% base
# %%
kernel = get_ipython().kernel
for number in range(3000):
    content = {"comm_id": str(number), "target_name": "jupyter.widget", "data": {"state": {"value": "x" * 1000}}}
    kernel.session.send(kernel.iopub_socket, "comm_open", content, kernel.get_parent())
    kernel.session.send(kernel.iopub_socket, "comm_msg", content, kernel.get_parent(), buffers=[b"x" * 1000])
