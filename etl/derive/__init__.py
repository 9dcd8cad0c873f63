"""From what suppliers sent to the open data sets: everything here is *riservato*."""
