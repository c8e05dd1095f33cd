"""What is sent and shown of proxies."""
