"""The kernel: refusals, policies, events, money, working days, files, jobs, components. It knows no app."""
