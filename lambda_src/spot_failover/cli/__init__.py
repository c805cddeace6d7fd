"""The command line `spotfailover`: how services stand, what was done to them, and an operator's commands.

It is no part of the Lambda package. It reads the hub's tables and puts events on its bus with the operator's
own AWS credentials.
"""
