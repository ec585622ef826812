"""Protocol `reranker`: what orders fifty candidates best, and what it costs; and how its weight is chosen."""
