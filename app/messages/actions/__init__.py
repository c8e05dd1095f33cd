"""Queueing messages in the transaction of what they tell, and carrying them out afterwards."""

from app.messages.actions.deliver import deliver_messages, retry
from app.messages.actions.queue import IN_APP, queue

__all__ = ["IN_APP", "deliver_messages", "queue", "retry"]
