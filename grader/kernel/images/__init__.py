"""The images of a run: served to the notebook, given to its networks, and recognised again in any form."""
