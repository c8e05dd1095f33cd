"""Emergency mode (常态与应急衔接): faster limits for units, a duty rota and a joint board, for an area and a time."""
