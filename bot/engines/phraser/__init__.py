"""The trained phraser: evidence as slots in, one sentence with those slots out, filled by code. Holds no training."""
