"""How the re-ranker is trained: groups of one right text among wrong ones, from public data and an operator's lines."""
