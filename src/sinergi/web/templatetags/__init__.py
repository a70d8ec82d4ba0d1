"""Words and shapes of the templates."""
