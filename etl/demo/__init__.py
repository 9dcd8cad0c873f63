"""Invented suppliers' files in the suppliers' real formats, at any scale, always the same."""
