"""Engines of the embedder seam, one file each: local, http, scripted. Nothing is imported until it is asked for."""
