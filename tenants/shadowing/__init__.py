"""What an office had at a moment, beside what it has: taken from a backup or an archive, and compared.

`sources` reads rows out of a backup (a scratch server, `scratch`) or an archive; `taking` makes a shadow schema of
them; `comparing` says row by row how it differs from what is in use. All of it is the owner's work
(adr/0020). See adr/0022.
"""
