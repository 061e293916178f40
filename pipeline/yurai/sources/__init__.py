"""Input: finds what `--input` names, fetches its bytes, and reads records of web archives and rows of tables."""
