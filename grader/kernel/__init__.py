"""Runs beside student code inside the kernel: serves data, records events, keeps training within its budget.

An island: nothing here imports the rest of grader, so that a kernel can be started with this folder alone. The
launcher loads it under the name ``grader_kernel``; tests import it as ``grader.kernel``. It decides nothing and
holds no expected value: what it writes is evidence that the trusted side validates and judges.
"""
