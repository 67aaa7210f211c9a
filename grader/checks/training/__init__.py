"""Questions about how a network was trained, evaluated and used."""
