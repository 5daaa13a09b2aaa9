"""The demo: twelve cities where neighbours already help each other. People, streets, spaces and words are invented."""
