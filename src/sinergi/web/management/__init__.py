"""Commands of the pages: catalogues and pictures."""
