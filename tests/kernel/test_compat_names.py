"""Old modules and names as notebooks import them: each snippet runs as a cell would."""

from __future__ import annotations

import pickle
import sys
import textwrap
import warnings

import pytest

from grader.kernel.compat import install, wrap_history


@pytest.fixture(scope="module")
def remarks():
    """What the shims said, by key; installed once for all snippets."""
    said: dict[str, str] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow's own
        import keras  # noqa: F401
        import tensorflow  # noqa: F401, ICN001

        install(said.setdefault)
    return said


@pytest.fixture
def run(remarks):
    """Run a snippet as a notebook's code; returns its names. `remarks` starts empty."""
    remarks.clear()

    def run(source: str) -> dict[str, object]:
        names: dict[str, object] = {"__name__": "__main__"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(textwrap.dedent(source), names)
        return names

    return run


@pytest.mark.parametrize("root", ["keras", "tensorflow.keras"])
@pytest.mark.parametrize(
    ("module", "name", "now"),
    [
        ("layers.core", "Dense", "layers.Dense"),
        ("layers.convolutional", "Conv2D", "layers.Conv2D"),
        ("layers.convolutional", "MaxPooling2D", "layers.MaxPooling2D"),
        ("layers.pooling", "MaxPooling2D", "layers.MaxPooling2D"),
        ("layers.normalization", "BatchNormalization", "layers.BatchNormalization"),
        ("layers.merge", "concatenate", "layers.concatenate"),
        ("layers.advanced_activations", "LeakyReLU", "layers.LeakyReLU"),
        ("layers.noise", "GaussianNoise", "layers.GaussianNoise"),
        ("layers.embeddings", "Embedding", "layers.Embedding"),
        ("layers.recurrent", "LSTM", "layers.LSTM"),
        ("layers.wrappers", "TimeDistributed", "layers.TimeDistributed"),
        ("layers.experimental.preprocessing", "Rescaling", "layers.Rescaling"),
        ("engine", "Model", "Model"),
        ("engine.topology", "Layer", "Layer"),
        ("engine.topology", "Input", "Input"),
        ("engine.training", "Model", "Model"),
        ("callbacks.callbacks", "EarlyStopping", "callbacks.EarlyStopping"),
        ("utils.np_utils", "to_categorical", "utils.to_categorical"),
        ("utils.vis_utils", "plot_model", "utils.plot_model"),
        ("utils.generic_utils", "get_custom_objects", "utils.get_custom_objects"),
        ("utils.data_utils", "Sequence", "utils.Sequence"),
        ("objectives", "categorical_crossentropy", "losses.categorical_crossentropy"),
        ("optimizers.experimental", "Adam", "optimizers.Adam"),
        ("optimizers.rmsprop_v2", "RMSprop", "optimizers.RMSprop"),
    ],
)
def test_old_modules_hold_what_they_held(run, remarks, root, module, name, now):
    parent, _, child = f"{root}.{module}".rpartition(".")
    names = run(
        f"""
        from {root}.{module} import {name} as imported
        from {parent} import {child} as old
        import {root}.{module}
        same = imported is old.{name} is {root}.{module}.{name}
        import keras, tensorflow
        today = {root}.{now}
        """
    )
    assert names["imported"] is names["today"]
    assert names["same"]
    assert list(remarks) == [f"module {module}"]


@pytest.mark.parametrize("root", ["keras", "tensorflow.keras"])
def test_old_modules_are_attributes_too(run, remarks, root):
    names = run(f"import {root}\nlabels = {root}.utils.np_utils.to_categorical([1, 0])")
    assert names["labels"].tolist() == [[0, 1], [1, 0]]
    assert "module utils.np_utils" in remarks


def test_star_imports(run):
    names = run("from keras.layers.core import *\nfrom keras.layers.convolutional import *")
    assert {"Dense", "Conv2D", "Convolution2D"} <= set(names)


@pytest.mark.parametrize("statement", ["import keras.layers.core", "from keras.utils import np_utils"])
def test_an_import_alone_is_no_use(run, remarks, statement):
    run(statement)
    assert remarks == {}


@pytest.mark.parametrize(
    ("expression", "now", "key"),
    [
        ("optimizers.rmsprop", "optimizers.RMSprop", "name optimizers.rmsprop"),
        ("optimizers.adam", "optimizers.Adam", "name optimizers.adam"),
        ("optimizers.legacy.SGD", "optimizers.SGD", "name optimizers.legacy.SGD"),
        ("initializers.normal", "initializers.RandomNormal", "name initializers.normal"),
        ("regularizers.WeightRegularizer", "regularizers.L1L2", "name regularizers.WeightRegularizer"),
    ],
)
def test_old_names_are_the_classes_of_today(run, remarks, expression, now, key):
    names = run(
        f"""
        import keras, tensorflow as tf
        both = keras.{expression}, tf.keras.{expression}
        today = keras.{now}
        """
    )
    assert set(names["both"]) == {names["today"]}
    assert list(remarks) == [key]


def test_every_form_of_keras_is_one(run, remarks):
    names = run(
        """
        import keras, tensorflow as tf, tensorflow.keras as k
        from tensorflow.keras import layers
        from tensorflow.keras.datasets import cifar10
        from tensorflow.keras.datasets.cifar10 import load_data
        from tensorflow.keras.optimizers import schedules
        same = [k is tf.keras, layers is tf.keras.layers, cifar10 is keras.datasets.cifar10,
          load_data is cifar10.load_data, tf.keras.datasets.cifar10 is cifar10, k.Model is keras.Model]
        """
    )
    assert all(names["same"])
    assert remarks == {}


def test_image_data_generator_under_both_roots(run, remarks):
    names = run("from tensorflow.keras.preprocessing.image import ImageDataGenerator as there, img_to_array")
    assert remarks == {}
    names |= run("from keras.preprocessing.image import ImageDataGenerator as here, array_to_img, load_img")
    assert names["here"] is names["there"]
    assert list(remarks) == ["name preprocessing.image.ImageDataGenerator"]


@pytest.mark.parametrize(
    "statement",
    [
        "import tensorflow.contrib",
        "from keras.wrappers.scikit_learn import KerasClassifier",
        "from keras.layers.core import Nonsense",
        "from keras.layers.nonsense import Dense",
        "from keras.optimizers import nonsense",
    ],
)
def test_what_never_existed_or_is_not_served_is_an_import_error(run, remarks, statement):
    with pytest.raises(ImportError, match=r"scikit_learn|contrib|[Nn]onsense"):
        run(statement)
    assert remarks == {}


@pytest.mark.parametrize("name", ["keras.nonsense", "keras.backend.nonsense", "tf.nonsense", "np.nonsense"])
def test_a_wrong_name_is_still_an_attribute_error(run, name):
    with pytest.raises(AttributeError, match="nonsense"):
        run(f"import keras, tensorflow as tf, numpy as np\n{name}")


@pytest.mark.parametrize(
    ("form", "key"),
    [
        ("import keras.backend as K", "name backend.{}"),
        ("from tensorflow.keras import backend as K", "name backend.{}"),
    ],
)
def test_backend_functions_of_old(run, remarks, form, key):
    names = run(
        f"""
        {form}
        K.set_session(None)
        K.set_learning_phase(0)
        K.set_image_dim_ordering('tf')
        ordering = K.image_dim_ordering()
        format = K.image_data_format()
        K.clear_session()
        K.tensorflow_backend.manual_variable_initialization(True)
        """
    )
    assert (names["ordering"], names["format"]) == ("tf", "channels_last")
    old = ("set_session", "set_learning_phase", "set_image_dim_ordering", "image_dim_ordering")
    assert {key.format(name) for name in old} <= set(remarks)
    assert "name backend.image_data_format" not in remarks


def test_backend_function_computes_inner_outputs(run):
    names = run(
        """
        import numpy as np, keras
        from keras import backend as K
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.5), keras.layers.Dense(3)])
        inner = K.function([model.layers[0].input, K.learning_phase()], [model.layers[0].output])
        x = np.ones((8, 4), 'float32')
        still, = inner([x, 0])
        training, = inner([x, 1])
        plain = K.function(model.inputs, model.outputs)([x])
        """
    )
    assert (names["still"] == 1).all()
    assert not (names["training"] == 1).any()
    assert names["plain"][0].shape == (8, 3)


def test_tensorflow_1_names(run, remarks):
    names = run(
        """
        import tensorflow as tf
        from tensorflow import set_random_seed
        config = tf.ConfigProto(gpu_options=tf.GPUOptions(allow_growth=True))
        session = tf.Session(config=config)
        set_random_seed(7)
        a = tf.random.uniform((3,))
        tf.random.set_random_seed(7)
        b = tf.random.uniform((3,))
        tf.logging.set_verbosity(tf.logging.ERROR)
        tf.reset_default_graph()
        eager = tf.executing_eagerly()
        tf.test.gpu_device_name()
        tf.config.experimental.list_physical_devices('GPU')
        """
    )
    assert (names["a"] == names["b"]).numpy().all()
    assert names["eager"]
    old = ("ConfigProto", "GPUOptions", "Session", "set_random_seed", "random.set_random_seed", "logging")
    assert set(remarks) == {*(f"name tf.{name}" for name in old), "name tf.reset_default_graph"}


def test_numpy_names_serve_the_notebook_only(run, remarks):
    names = run(
        """
        import numpy as np
        from numpy import float as real
        a = np.zeros(3, dtype=np.int)
        b = np.product([2, 3])
        c = np.object, np.bool
        """
    )
    assert names["a"].dtype.kind == "i"
    assert names["b"] == 6
    assert names["c"][0] is object
    assert names["real"] is float
    assert {"numpy int", "numpy float", "numpy object"} <= set(remarks)
    remarks.clear()
    # A library that probes NumPy sees it as it is.
    library = {"__name__": "a_library"}
    exec("import numpy as np\nhas_int = hasattr(np, 'int')", library)
    assert library["has_int"] is False
    assert remarks == {}


def test_colab_modules_do_nothing(run, remarks):
    names = run(
        """
        from google.colab import drive, files, output, userdata
        import google.colab
        drive.mount('/content/drive', force_remount=True)
        uploaded = files.upload()
        files.download('x.csv')
        output.clear()
        token = userdata.get('TOKEN')
        same = google.colab.drive is drive
        import google.protobuf
        """
    )
    assert names["uploaded"] == {}
    assert names["token"] == ""
    assert names["same"]
    assert {"colab drive.mount", "colab files.upload", "colab files.download"} <= set(remarks)
    with pytest.raises(ImportError):
        run("from google.colab import nonsense")


def test_colab_shows_images_in_their_colours(run, monkeypatch):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    names = run(
        """
        import numpy as np
        import matplotlib.pyplot as plt
        from google.colab.patches import cv2_imshow
        shown = []
        plt.show, show = lambda: shown.append(plt.gca().images[0].get_array()), plt.show
        cv2_imshow(np.array([[[1, 2, 3]]], 'uint8'))
        plt.show = show
        plt.close('all')
        """
    )
    assert names["shown"][0].tolist() == [[[3, 2, 1]]]


def test_seaborn_styles_have_new_names(run, remarks):
    import matplotlib as mpl

    with mpl.rc_context():
        names = run(
            """
            import matplotlib.pyplot as plt
            plt.style.use('seaborn-v0_8-whitegrid')
            grid = plt.rcParams['grid.color']
            plt.style.use('default')
            plt.style.use('seaborn-whitegrid')
            same = plt.rcParams['grid.color'] == grid
            plt.style.use(['ggplot', 'seaborn'])
            with plt.style.context('seaborn-dark'): pass
            """
        )
    assert names["same"]
    assert set(remarks) == {"style seaborn-whitegrid", "style seaborn", "style seaborn-dark"}
    with pytest.raises(OSError, match="seaborn-nonsense"):
        run("import matplotlib.pyplot as plt\nplt.style.use('seaborn-nonsense')")


@pytest.mark.parametrize(("asked", "there"), [("acc", "accuracy"), ("val_accuracy", "val_acc")])
def test_history_answers_to_both_names(remarks, asked, there):
    remarks.clear()
    plain = {there: [0.1, 0.2], "loss": [2.0, 1.0]}
    history = wrap_history(plain)
    assert history == plain
    assert list(history) == list(plain)
    assert asked not in history
    assert history[there] == [0.1, 0.2]
    assert remarks == {}
    assert history[asked] == [0.1, 0.2]
    assert list(remarks) == [f"history {asked}"]
    assert type(pickle.loads(pickle.dumps(history))) is dict
    with pytest.raises(KeyError, match="nonsense"):
        history["nonsense"]


def test_installing_again_changes_only_the_listener(run, remarks):
    finders, heard = list(sys.meta_path), []
    install(lambda key, text: heard.append(key))
    try:
        run("import keras\nkeras.optimizers.adam")
    finally:
        install(remarks.setdefault)
    assert heard == ["name optimizers.adam"]
    assert remarks == {}
    assert sys.meta_path == finders
