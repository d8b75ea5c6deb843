"""Event streams to everyone who watches a seat map: frames made once, pushed into many sockets, never queued."""
