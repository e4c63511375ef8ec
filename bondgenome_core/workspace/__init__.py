"""What is kept on disk for all users of one server: content by its hash, never a path from a user."""
