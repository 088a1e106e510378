"""base is complete and safe; dev, test and prod change what differs."""
