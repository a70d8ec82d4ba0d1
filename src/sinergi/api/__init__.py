"""JSON: parse, one action or query, answer. The same verbs through the same door as the pages."""
