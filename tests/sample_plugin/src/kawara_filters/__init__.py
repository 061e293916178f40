"""Sample plugin of Yurai."""
