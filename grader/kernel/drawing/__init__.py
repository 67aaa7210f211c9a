"""Figures: what is drawn, and what the drawn arrays show."""
