"""Who may do what to offices, people, roles, stand-ins and the calendar; each rule says why not."""
