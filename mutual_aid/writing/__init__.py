"""Writing a post: four pages, each of which works without script, and what the author may do with it afterwards."""
