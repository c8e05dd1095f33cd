"""Centres as shown, and what is sent to keep them."""
