"""A tiny ResNet on CIFAR-10: the tiny VGG with shortcuts around its blocks, the last exercise of `tiny-vgg`.

A convolution of 7×7 with batch normalisation, ReLU and a max pool comes first. The blocks have no pools, so that what
goes into a block and what comes out of it have one size and can be added; the last ReLU of a block acts on the sum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.architecture import batch_norm_parameters, conv_parameters, dense_parameters

if TYPE_CHECKING:
    import keras

__all__ = ["BLOCKS", "FILTERS", "FINAL_POOL", "parameters", "tiny_resnet"]

FILTERS = 10
FIRST_KERNEL = 7
KERNEL = 3
FIRST_POOL = 2
FINAL_POOL = 4
BLOCKS = (FILTERS, FILTERS)
"""Filters of each block; where they differ from those before, a 1×1 convolution on the shortcut adapts it."""
CLASSES = 10


def tiny_resnet(blocks: tuple[int, ...] = BLOCKS, name: str = "tiny_resnet") -> keras.Model:
    """The network for images (32, 32, 3)."""
    import keras
    from keras import layers

    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(FILTERS, FIRST_KERNEL, padding="same")(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    x = layers.MaxPooling2D(FIRST_POOL)(x)
    for filters in blocks:
        x = _residual_block(x, filters)
    x = layers.AveragePooling2D(FINAL_POOL)(x)
    x = layers.Flatten()(x)
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax")(x), name=name)


def _residual_block(x: keras.KerasTensor, filters: int) -> keras.KerasTensor:
    """Convolution - ReLU - convolution, added to what came in, then ReLU."""
    from keras import layers

    shortcut = x if x.shape[-1] == filters else layers.Conv2D(filters, 1)(x)
    x = layers.Conv2D(filters, KERNEL, padding="same", activation="relu")(x)
    x = layers.Conv2D(filters, KERNEL, padding="same")(x)
    return layers.Activation("relu")(layers.Add()([x, shortcut]))


def parameters(blocks: tuple[int, ...] = BLOCKS) -> int:
    """Its parameters, worked out from the formulas."""
    count = conv_parameters((FIRST_KERNEL, FIRST_KERNEL), 3, FILTERS) + batch_norm_parameters(FILTERS)
    channels = FILTERS
    for filters in blocks:
        if filters != channels:
            count += conv_parameters((1, 1), channels, filters)
        count += conv_parameters((KERNEL, KERNEL), channels, filters)
        count += conv_parameters((KERNEL, KERNEL), filters, filters)
        channels = filters
    side = 32 // FIRST_POOL // FINAL_POOL
    return count + dense_parameters(side * side * channels, CLASSES)
