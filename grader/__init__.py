"""grader: an autograder for deep-learning notebooks."""

__version__ = "0.1.0"
