"""Questions: what a page, a table or an analysis needs, in few queries. Reads never write."""
