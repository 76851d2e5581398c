"""What is around: the clock, the files with passwords, the lock on the state."""
