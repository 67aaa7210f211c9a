"""Trains the reference of NET I over seeds and prints its accuracies as an entry of ``nets/bars.toml``.

``python benchmarks/calibrate_nets.py --seeds 1 2 3`` needs CIFAR-10 (see ``grader data``) and several minutes a seed
on two cores. Each seed is printed as soon as it is done.
"""

from __future__ import annotations

import argparse
import os
import platform
from pathlib import Path

import numpy as np

from grader.data import find_dataset, prepare
from reference import nets


def main() -> None:
    """Train, evaluate on the test images, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--epochs", type=int, default=nets.EPOCHS)
    parser.add_argument("--data", type=Path, default=None)
    options = parser.parse_args()

    import keras

    dataset = prepare(find_dataset(options.data))
    arrays = dataset.load()
    data = nets.split(nets.scale(arrays.x_train), arrays.y_train, nets.scale(arrays.x_test), arrays.y_test)
    accuracies = []
    for seed in options.seeds:
        keras.utils.set_random_seed(seed)
        model = nets.net1()
        nets.train(model, data, epochs=options.epochs)
        classes = model.predict(data.x_test, verbose=0).argmax(axis=1)
        accuracies.append(round(float(np.mean(classes == data.y_test.reshape(-1))), 4))
        print(f"# seed {seed}: {accuracies[-1]}", flush=True)
    machine = (
        f"{os.cpu_count()} cores {platform.machine()}, Python {platform.python_version()}, Keras {keras.__version__}"
    )
    print("[[bars]]")
    print('network = "NET I"')
    print(f'dataset = "{dataset.name}"')
    print(f"epochs = {options.epochs}")
    print(f"accuracies = {accuracies}")
    print(f"seeds = {options.seeds}")
    print(f'machine = "{machine}"')


if __name__ == "__main__":
    main()
