"""The world's side of the office: where people sit, and their telephones."""
