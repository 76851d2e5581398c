"""What moves by itself: decide, perform through a port, record."""
