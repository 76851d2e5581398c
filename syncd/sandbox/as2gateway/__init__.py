"""AS2 Gateway REST v1, played from its published document alone."""
