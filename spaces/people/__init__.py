"""Taking part in a space, who answers for it and for its city, and who is suspended: people, not posts."""
