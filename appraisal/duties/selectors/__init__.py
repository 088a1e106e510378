"""What pages, API and use cases ask of responsibility lists, the actor first."""
