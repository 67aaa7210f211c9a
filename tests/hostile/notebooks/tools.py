# First cell of every attack: what it is told, and how it says that it got through.
import json
import os

TARGETS = json.loads(TARGETS_AS_JSON)
print("RUN FOLDER", os.path.dirname(os.path.dirname(os.getcwd())))


def attempt(name, act):
    """Try something; whatever it gives is shown, so that a secret in it would be found."""
    try:
        found = act()
    except BaseException as error:
        print("kept out:", name, type(error).__name__)
    else:
        print("REACHED", name)
        print(repr(found)[:2000])
