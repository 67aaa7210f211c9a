# Slows others down: their priority, their processors, their place where memory runs out.
# %%
import os

for name in ("victim", "grader"):
    pid = TARGETS[name]
    attempt(f"lower the priority of the {name}", lambda: os.setpriority(os.PRIO_PROCESS, pid, 19))
    attempt(f"take processors from the {name}", lambda: os.sched_setaffinity(pid, {0}))
    attempt(f"have the {name} scheduled last", lambda: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0)))
    attempt(f"have the {name} ended first", lambda: open(f"/proc/{pid}/oom_score_adj", "w").write("1000"))
    attempt(f"limit the {name}", lambda: __import__("resource").prlimit(pid, 7, (3, 3)))
# This is allowed where nobody but the run is that user.
try:
    os.setpriority(os.PRIO_USER, os.getuid(), 19)
except OSError as error:
    print("kept out:", error)
attempt("raise the own priority", lambda: os.setpriority(os.PRIO_PROCESS, 0, -20))
attempt("be spared where memory runs out", lambda: open("/proc/self/oom_score_adj", "w").write("-1000"))
