"""The trained reader: a message and a schema read together by one encoder, and what its heads decide."""
