"""Cases (诉求): the case, its steps and its end, who sees it, its parties and texts."""
