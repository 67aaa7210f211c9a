"""CIFAR-10 for grading: finding it, reading it safely, laying it out; a stand-in where there is none."""

from __future__ import annotations

from .dataset import Dataset
from .download import download
from .identity import DatasetName, identify
from .prepared import PreparedDataset, cache_folder, prepare
from .sources import Candidate, DatasetSource, Place, find_dataset, survey

__all__ = [
    "Candidate",
    "Dataset",
    "DatasetName",
    "DatasetSource",
    "Place",
    "PreparedDataset",
    "cache_folder",
    "download",
    "find_dataset",
    "identify",
    "prepare",
    "survey",
]
