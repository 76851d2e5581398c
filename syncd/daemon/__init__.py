"""What makes the bridge a daemon: who runs the jobs and when, signals, and what systemd is told."""
