"""Handing over what a member of staff holds: when they leave, or while they are on leave."""
