"""Queueing messages in the transaction of what they tell, and carrying them out afterwards."""

from app.messages.actions.deliver import deliver_messages, retry
from app.messages.actions.queue import IN_APP, InApp, mark_read, queue, queue_all

__all__ = ["IN_APP", "InApp", "deliver_messages", "mark_read", "queue", "queue_all", "retry"]
