"""The status page: how everything stands, in a browser, and what a person may do about it."""
