"""Staff (人员): people, their posts, their accounts, and the keys of machines."""
