# Never ends.
# %% base
# %%
while True:
    pass
# %%
print("the next cell is run")
