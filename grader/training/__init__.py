"""Trainings of grader's own: the network of a notebook, trained as the notebook would, towards an accuracy bar."""

from grader.training.bars import Bar, Calibration, read_bars
from grader.training.budget import Budget
from grader.training.wishes import Wish

__all__ = ["Bar", "Budget", "Calibration", "Wish", "read_bars"]
