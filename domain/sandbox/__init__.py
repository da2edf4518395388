"""What a sandbox tenant begins with: its cast, its parties, and how it is made and archived."""
