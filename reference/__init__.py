"""Reference solutions, one module a topic: readable as model answers, and the source of every expected value."""
