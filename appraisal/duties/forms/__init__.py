"""What people type or hand in, made into what the use cases take."""
