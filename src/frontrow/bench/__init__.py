"""What `frontrow bench` is made of: loads that anybody can put on a server, and what came of them.

It knows a server by HTTP alone, as the Python client does; its own server is a process like anybody's.
"""
