"""Search over one catalogue and its help centre; knows nothing of conversations."""
