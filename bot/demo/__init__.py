"""Two ready catalogues with help centres, so that a first conversation needs no files."""
