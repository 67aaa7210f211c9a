# Has IPython run something else than what the cells say.
# %%
shell = get_ipython()
run = type(shell).run_cell_async


async def run_better(self, source, *args, **kwargs):
    return await run(self, source.replace("epochs=2", "epochs=20").replace('"sgd"', '"adam"'), *args, **kwargs)


type(shell).run_cell_async = run_better
# %% base
