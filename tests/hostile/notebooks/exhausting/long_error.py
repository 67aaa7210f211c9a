# Fails with a message of many megabytes, a name without an end and a cause behind every cause.
# %% base
# %%
raise type("E" * 1_000_000, (Exception,), {})("m" * 20_000_000)
# %%
raise ValueError("\n" * 1_000_000)
# %%
error = None
for number in range(3000):
    following = ValueError(number)
    following.__cause__, error = error, following
raise error
# %%


class Unspeakable(Exception):
    def __str__(self):
        raise ValueError("no words")

    __repr__ = __str__


raise Unspeakable
