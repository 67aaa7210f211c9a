# Replaces the function of the kernel that runs cells, so that each of them seems to have run.
# %%
shell = get_ipython()
kernel = shell.kernel


async def do_nothing(self, code, silent, *args, **kwargs):
    return {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}


type(kernel).do_execute = do_nothing
# %% base
