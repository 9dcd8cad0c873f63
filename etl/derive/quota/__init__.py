"""The law of targeted employment as an engine: quota, base, uncovered posts, and why."""
