"""The demo's own venues: drawings made by these functions, the same every time, free for anyone to use."""
