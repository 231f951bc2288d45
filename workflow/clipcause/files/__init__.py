"""How results lie on the disk: whole or not at all, in formats that every stage writes and reads alike."""
