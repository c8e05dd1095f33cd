"""Units (机构): centres, departments, petition offices, desks and committees."""
