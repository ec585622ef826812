"""The index of a generation: built aside, proven in a child process, opened safely."""
