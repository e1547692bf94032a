"""The switch of the office: who is connected with whom. No sound passes here."""
