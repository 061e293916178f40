"""Find what `--input` names, fetch its bytes, and read records of web archives and rows of tables."""
