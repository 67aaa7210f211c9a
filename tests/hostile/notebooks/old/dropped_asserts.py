# A transformer of syntax trees takes every assertion out of all code that comes after it.
# %%
import ast


class Dropper(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()

    def visit_Raise(self, node):
        return ast.Pass()


get_ipython().ast_transformers.append(Dropper())
# %% base
# %%
assert False
