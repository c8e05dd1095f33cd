"""Jobs (定时任务): what falls due by itself: limits, messages, ends of authorities."""
