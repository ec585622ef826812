"""The outdoor catalogue: an invented shop, its goods, their descriptions and its help centre."""
