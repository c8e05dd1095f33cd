"""Working a case together: co-handlers with tasks (协办), whistles (吹哨报到), joint meetings (会商研判)."""
