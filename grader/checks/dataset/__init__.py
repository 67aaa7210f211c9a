"""Questions about images and labels: all there, prepared, kept apart."""
