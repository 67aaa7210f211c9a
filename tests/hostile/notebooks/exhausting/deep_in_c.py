# Is busy in a function that looks up from its work in some thousand years.
# %% base
# %%
9 ** 9 ** 9
