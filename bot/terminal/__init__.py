"""The command line's faces: talking, ingesting, checking. `bot.__main__` parses; these do."""
