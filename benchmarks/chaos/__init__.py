"""Break everything while a season is played, and prove afterwards that nothing was lost and nothing counts twice."""
