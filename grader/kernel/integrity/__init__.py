"""What keeps the recorder apart from the notebook beside it, and notices where a notebook reaches into it.

`private` gives the recorder built-in functions and modules of its own. `guard` remembers what evidence rests on and
compares it before every event; `parts` says what that is, `anatomy` how it is remembered, `acts` what is noticed in the
moment in which it is done. None of it decides anything: what was noticed is an event, for a person.
"""
