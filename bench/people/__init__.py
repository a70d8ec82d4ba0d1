"""Invented Malaysian people, the records agencies hold of them, and partners' lists, for benches; what is drawn from what: specification.md."""
