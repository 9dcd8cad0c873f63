"""The pages of the programme's measures: declared in `datasets/<slug>/misura.toml`, drawn here."""
