"""Hand-over (交接): all that a member of staff holds goes to others, when they leave or are on leave."""
