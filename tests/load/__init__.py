"""Load from outside: many offices, real server processes, requests that come whether the last was answered or not."""
