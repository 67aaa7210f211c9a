"""The two plotting functions that notebooks of the regularisation lab import from a module `Custom`.

Keep this file beside your notebook. You need not read it, and there is nothing in it to change.
"""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np

__all__ = ["PlotModelEval", "PlotRandomFromEachClass"]


def PlotRandomFromEachClass(X: Any, y: Any, n: int = 1, labels: Any = None, **_: Any) -> None:
    """Show `n` images of each class, drawn at random: a column a class, its name on top.

    Args:
        X: images (count, height, width) or (count, height, width, channels), in whatever range.
        y: class numbers (count,) or (count, 1), or one-hot vectors (count, classes).
        n: how many images of each class.
        labels: a name for each class; without names its number stands there.
        _: further keywords, which earlier versions of this function knew, are accepted and not used.
    """
    images, classes = np.asarray(X), _class_numbers(y)
    found = np.unique(classes)
    random = np.random.default_rng()
    size = (1.3 * len(found), 1.4 * n)
    grid = plt.subplots(n, len(found), figsize=size, squeeze=False, layout="constrained")[1]
    for column, number in enumerate(found):
        members = np.flatnonzero(classes == number)
        chosen = random.choice(members, size=n, replace=len(members) < n)
        for row, place in enumerate(chosen):
            axes = grid[row, column]
            axes.imshow(_displayable(images[place]), cmap="gray")
            axes.axis("off")
        grid[0, column].set_title(_name(labels, int(number)), fontsize=9)
    plt.show()


def PlotModelEval(model: Any, history: Any, X_test: Any, y_test: Any, labels: Any = None, **_: Any) -> None:
    """Show how a training went and what became of it: the curves of loss and accuracy, and a confusion matrix.

    Args:
        model: a trained classifier.
        history: what `fit` returned for it, or the dictionary of curves in it.
        X_test: test images, prepared like those that the model was trained on.
        y_test: their class numbers or one-hot vectors.
        labels: a name for each class; without names its number stands there.
        _: further keywords, which earlier versions of this function knew, are accepted and not used.
    """
    probabilities = np.asarray(model.predict(X_test, verbose=0))
    predicted, classes = probabilities.argmax(axis=-1), _class_numbers(y_test)
    accuracy = float(np.mean(predicted == classes))
    print(f"Accuracy on the {len(classes)} test images: {accuracy:.3f}")
    curves = getattr(history, "history", history)
    left, middle, right = plt.subplots(1, 3, figsize=(18, 5), layout="constrained")[1]
    _draw_curves(left, curves, ("loss",), "loss")
    _draw_curves(middle, curves, ("accuracy", "acc"), "accuracy")
    _draw_confusion(right, classes, predicted, probabilities.shape[-1], labels)
    right.set_title(f"test images, accuracy {accuracy:.3f}")
    plt.show()


def _draw_curves(axes: Any, curves: Any, names: tuple[str, ...], title: str) -> None:
    """One quantity over the epochs, on training and validation images; `names` are those it may go by."""
    for name in names:
        for key, words in ((name, "training"), (f"val_{name}", "validation")):
            if key in curves:
                axes.plot(range(1, len(curves[key]) + 1), curves[key], label=words)
    axes.set_title(title)
    axes.set_xlabel("epoch")
    axes.set_ylabel(title)
    if axes.get_lines():
        axes.legend()


def _draw_confusion(axes: Any, classes: Any, predicted: Any, count: int, labels: Any) -> None:
    """How many images of each class (rows) were taken for each class (columns)."""
    matrix = np.zeros((count, count), dtype=int)
    np.add.at(matrix, (classes, predicted), 1)
    names = [_name(labels, number) for number in range(count)]
    axes.imshow(matrix, cmap="Blues")
    axes.set_xticks(range(count), names, rotation=60, ha="right")
    axes.set_yticks(range(count), names)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")
    for row in range(count):
        for column in range(count):
            dark = matrix[row, column] > matrix.max() / 2
            color = "white" if dark else "black"
            axes.text(column, row, str(matrix[row, column]), ha="center", va="center", color=color, fontsize=8)


def _class_numbers(y: Any) -> Any:
    """Class numbers (count,) of labels in either form."""
    array = np.asarray(y)
    if array.ndim == 2 and array.shape[1] > 1:
        return array.argmax(axis=1)
    return array.reshape(-1).astype(int)


def _displayable(image: Any) -> Any:
    """The image as bytes or in [0, 1]; one of another range, such as a standardised one, is stretched to it."""
    if image.dtype == np.uint8 or (image.min() >= 0 and image.max() <= 1):
        return image
    low, high = float(image.min()), float(image.max())
    return (image - low) / ((high - low) or 1.0)


def _name(labels: Any, number: int) -> str:
    return str(number) if labels is None else str(labels[number])
