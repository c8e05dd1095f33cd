"""Notices (文书): the written notices a step owes, their text, their service, their print."""
