"""What to do next, decided from listings and rows alone."""
