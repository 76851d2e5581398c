"""The wire: requests, replies, the server that carries them, and the service that decides about each."""
