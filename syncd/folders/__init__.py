"""The folders on disk: the tree with its marker, the inbox that publishes, the outbox that is scanned."""
