"""The rules of the claim check, a file each: what a part of a sentence claims, and whether the records bear it out.

A rule finds the spans that it understands and says of each whether it is true; what no rule understands is left to
`bot.claims`. The words of a language are data: ``<language>.toml`` beside this file.
"""
