# Takes memory for as long as there is some.
# %% base
# %%
kept = []
while True:
    kept.append(bytearray(b"x" * 2**26))
