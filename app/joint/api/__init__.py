"""The routes of working together."""

from app.joint.api import meetings, tasks, whistles

routers = (tasks.router, whistles.router, meetings.router)
