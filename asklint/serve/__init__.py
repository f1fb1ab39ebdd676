"""Other doors to the same engine: editors."""
