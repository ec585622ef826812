"""The film catalogue: real films, their facts from open data, descriptions written for it."""
