"""The trusted side of a run: kernels, cells, limits, and the evidence they leave."""
