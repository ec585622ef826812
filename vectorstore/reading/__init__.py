"""Files -> rows and pages: one small reader per format. Knows no facet, no embedder and no index."""
