"""Is it the real CIFAR-10? Told by its labels and the looks of some of its images.

Bytes of images are not compared: copies that went through an image format differ in a few grey levels of a
few images, and are CIFAR-10 to every network. Labels are, all 60 000 of them.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .dataset import Dataset

__all__ = ["DatasetName", "identify"]

DatasetName = Literal["cifar10", "stand-in"]

# SHA-256 of the 60 000 labels as bytes, training set first.
_LABELS = "3edb456524d5918aefded81f5aef7c32efab2a788211df998a4eb0c8957baa1f"
_TRAINING_SAMPLE = slice(0, None, 1950)
_TEST_SAMPLE = slice(0, None, 1700)
# Mean of each quadrant and channel of the 32 sampled images, one byte each.
_LOOKS = (
    "c~mlqVn3pKOOSFwL0(EuVLd8EGZQ~UEGQ*8F()P^Co?ZAW_eweqLgcUUUrCRRZ2WsQcHn>Zk3aKNLW=<WNvtEW3#8Qy>)W8rKx>s"
    "ON?=1rLCf#rJ1g^sHd)?cyni*lzWnld69~Cm3wuDaBY}`f4`@iafD=FY+iAFUp`bdC?+N<C?{rCPL+|3+o@RL$*5XKGip{ZL_INs"
    "X+~aOS&)c$qm+=HkdKLeg?Vy%u%n@^o|{@pNn%q|eursqb83&1gmQCje|dU;cX*SLh?SI%c72?6exr|Yb9-ZHYHDhbkdR17M_XE2"
    "m5g7SfLDZmTBC<zhkSu<YHgjAmYSEFfrgH!ou_AJV^vX0hHY4PYf7GiT8@5Kf^tN2W<8C2N`-hua%E+Ra%Y=^cYJ1EnS51lUr1?w"
    "k49i~rJIhQnv$QMm6nHc5fT#+5Dz(1C`C>;PDMdUK0ktjhfG32SzAR(R6H*^C`Mg8ldgM)rgM*|SChP7"
)
# In grey levels. Copies stay below 1; swapped channels give 17, mirrored images 18, other images 46.
_TOLERANCE = 3


def identify(data: Dataset) -> DatasetName:
    """``cifar10`` for the published images in their order, ``stand-in`` for anything else in their shape."""
    digest = hashlib.sha256(data.y_train.tobytes() + data.y_test.tobytes()).hexdigest()
    if digest != _LABELS:
        return "stand-in"
    sample = np.concatenate([data.x_train[_TRAINING_SAMPLE], data.x_test[_TEST_SAMPLE]])
    expected = np.frombuffer(base64.b85decode(_LOOKS), np.uint8).astype(np.float64)
    return "cifar10" if np.abs(_looks(sample).ravel() - expected).mean() < _TOLERANCE else "stand-in"


def _looks(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Mean of each quadrant and channel: (n, 2, 2, 3)."""
    quadrants = images.reshape(-1, 2, 16, 2, 16, 3)
    means: NDArray[np.float64] = quadrants.mean(axis=(2, 4), dtype=np.float64)
    return means
