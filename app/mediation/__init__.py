"""Mediation (调解): from the application to an agreement that is kept, or to the other routes."""
