"""Mirato: suppliers' files in, open data and a public site out."""
