"""Queueing messages in the transaction of what they tell, and carrying them out afterwards."""

from app.messages.actions.deliver import deliver_messages, retry
from app.messages.actions.queue import ERASE, IN_APP, OUTSIDE, InApp, queue, queue_all
from app.messages.actions.read import read_message

__all__ = ["ERASE", "IN_APP", "OUTSIDE", "InApp", "deliver_messages", "queue", "queue_all", "read_message", "retry"]
