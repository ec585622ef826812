"""The engines behind the seams: one file per engine, each importing what it needs and nothing more."""
