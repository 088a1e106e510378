"""What people do with offices, accounts, roles, stand-ins and their own sign-in."""
