"""The database wall: row policies, privileges and functions that hold whatever SQL an office's role is made to run.

`settings.WALL` names the module that tells it (TABLES, FUNCTIONS); here it is built, and asked whether it stands.
"""
