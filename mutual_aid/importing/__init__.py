"""Lists of help that others already keep, brought onto the boards.

`table` reads the file, `places` finds the city and the cell of a row, `posts` makes it a post, `run` puts it all into
the database in small steps.
"""
