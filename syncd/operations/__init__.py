"""What a person does or asks: the one door for commands, and later for the socket and the page."""
