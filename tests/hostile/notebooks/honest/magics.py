# Uses IPython as its manual shows: transformers, events, magics, timing.
# %%
import ast
import logging
import signal
import warnings

shell = get_ipython()
shell.events.register("post_run_cell", lambda result: None)
shell.register_magic_function(lambda line: line, magic_name="own")
print(%own hello)
%time sum(range(1000))
warnings.filterwarnings("ignore")
logging.basicConfig(level=logging.ERROR)
signal.signal(signal.SIGALRM, lambda *args: None)
# %%
%%capture captured
print("not shown")
# %%
%matplotlib inline
%load_ext autoreload
%autoreload 2
import cProfile

profile = cProfile.Profile()
profile.enable()
# %% base
# %%
profile.disable()
%prun sum(range(1000))
