"""Questions about what a network is made of."""
